"""Election night: what the returns so far say of a runoff, what is out, and how sure one may be."""
