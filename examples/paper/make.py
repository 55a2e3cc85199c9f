"""All figures of the paper and its Table 1, and the comparison in README.md: ``make paper``."""

from importlib import import_module

from comparison import FOLDER, as_markdown

SCRIPTS = ("figure_1", "figure_2", "figure_3", "figure_4", "figure_5", "figure_6", "figure_7", "table_1")

BEGIN, END = "<!-- table: from make.py -->", "<!-- end of table -->"


def main() -> None:
    """Run all scripts, one after the other."""
    rows = []
    for name in SCRIPTS:
        print(name, flush=True)  # noqa: T201
        script = import_module(name)
        if hasattr(script, "draw"):
            script.draw()
        rows += script.compare()
    path = FOLDER / "README.md"
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    path.write_text(f"{before}{BEGIN}\n{as_markdown(rows)}{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
