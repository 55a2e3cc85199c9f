"""The tables of README.md, from results.csv: ``python examples/table1/readme.py`` after a change of either."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

BEGIN, END = "<!-- table: from results.csv -->", "<!-- end of table -->"

ROWS = {"a_seed": "(a) its assumptions", "b_unitary": "(b) unitary, r free", "c_spectrum": "(c) q² spectrum",
        "d_everything": "(d) all limits"}  # fmt: skip

PAPER = {
    "0.6 - 1.4": ((7.398e-5, 9.037e-5), (6.930e-5, 5.961e-3)),
    "1.4 - 3.06": ((7.345e-5, 8.810e-5), (1.280e-4, 2.295e-3)),
    "3.06 - 3.99": ((7.360e-5, 9.750e-5), (8.400e-5, 2.120e-3)),
    "3.99 - 4.78": ((8.429e-5, 1.148e-4), (6.100e-5, 8.565e-4)),
    "0.6 - 4.78": ((7.3e-5, 1.1e-4), (6.1e-5, 6.0e-3)),
}
"""g_agg and g_achi [1/GeV] of its Table 1, and of its abstract for the whole range."""

HEADER = (
    "m_a [GeV]", "assumptions", "g_aγγ, posterior 95 %", "g_aγγ, profile 95.4 %", "g_aχχ, posterior 95 %",
    "g_aχχ, profile 95.4 %", "BR(B⁺→K⁺a)·P_inv, 95 %", "Belle II gains", "all gain", "ln Z",
)  # fmt: skip

Record = Mapping[str, str]


def write_readme(folder: Path) -> None:
    """Put the table in its place."""
    with (folder / "results.csv").open(newline="", encoding="utf-8") as stream:
        records = list(csv.DictReader(stream))
    path = folder / "README.md"
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    path.write_text(f"{before}{BEGIN}\n{table(records)}\n{END}{after}", encoding="utf-8")


def table(records: list[Record]) -> str:
    """The results beside those of the paper, as Markdown."""
    lines = [HEADER, ("---",) * len(HEADER), *_rows(records)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _rows(records: list[Record]) -> Iterator[tuple[str, ...]]:
    for masses, (g_agg, g_achi) in PAPER.items():
        shown = masses.replace(" - ", "–")
        blank = ("",) * 4
        yield (f"**{shown}**", "paper", _range(*g_agg), "", _range(*g_achi), "", *blank)
        for record in (r for r in records if r["masses"] == masses):
            yield ("", ROWS[record["assumptions"]], *_numbers(record))


def _numbers(record: Record) -> tuple[str, ...]:
    x = {name: float(value) for name, value in record.items() if name.endswith(("lower", "upper"))}
    return (
        _range(x["g_agg_lower"], x["g_agg_upper"]),
        _range(x["g_agg_profile_lower"], x["g_agg_profile_upper"], record["g_agg_profile_open"]),
        _range(x["g_achi_lower"], x["g_achi_upper"]),
        _range(x["g_achi_profile_lower"], x["g_achi_profile_upper"], record["g_achi_profile_open"]),
        _range(x["rate_lower"], x["rate_upper"]),
        f"{float(record['gain_belle2']):+.2f}",
        f"{float(record['gain_all']):+.2f}",
        f"{float(record['log_z']):.2f} ± {float(record['log_z_error']):.2f}",
    )


def _range(lower: float, upper: float, is_open: str = "") -> str:
    """From one number to another; ends of the prior are no limits."""
    low = "…" if is_open in {"lower", "both"} else _number(lower)
    high = "…" if is_open in {"upper", "both"} else _number(upper)
    return f"{low} to {high}"


def _number(value: float) -> str:
    mantissa, _, exponent = f"{value:.1e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


if __name__ == "__main__":
    write_readme(Path(__file__).resolve().parent)
