"""The one reader of YAML: whatever it is given, a value or an error that says where."""

import pytest
import yaml

from forecast.yaml_text import load_yaml

BOMB = "\n".join(
    [
        "a: &a [x, x]",
        *(
            f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]"
            for a, b in zip("abcdefg", "bcdefgh", strict=True)
        ),
    ]
)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 60_000,
        "{a: " * 60_000,
        BOMB,
        "a: &x [*x]",
        "a: 2017-02-30",
        "a: 2017-01-01T99:99:99",
        f"a: {'9' * 10_000}",
        f"a: 0{'2' * 400}",
        "? [a]\n: b",
        "{[a]: b}",
        "a: !!timestamp x",
        "a: !!int foo",
        "a: !!map x",
        "a: !!bool 12",
        "!!python/object/apply:os.system [ls]",
        "[",
        "a: \x00",
        "a: 1\na: 2",
        "a: *x",
        "a: 1\n---\nb: 2",
        "a: " + "x" * 10_000_001,
        "a: \udc80",
    ],
    ids=lambda text: ascii(text[:20]),
)
def test_no_text_ends_in_anything_else(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        load_yaml(text)


def test_plain_documents_are_read() -> None:
    text = "a: &x [1, 2.5, true, null]\nb: *x\nc: {d: 'text', e: 2017-06-20}\n"
    found = load_yaml(text)
    assert found["a"] == found["b"] == [1, 2.5, True, None]
    assert str(found["c"]["e"]) == "2017-06-20"
