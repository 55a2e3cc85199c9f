"""The table in README.md: what each engine leaves with the couplings that DRAKE finds. ``python make.py`` writes it."""

import csv
from pathlib import Path

from singlet import ALL, FEWEST, singlet

from alpfit.relic import ENGINES, solve

FOLDER = Path(__file__).parent
BEGIN, END = "<!-- table: from make.py -->", "<!-- end of table -->"
COLUMNS = {"nBE": ALL, "fBE_A": ALL, "fBE_B": FEWEST}
"""DRAKE's equations and quarks, and which of the quarks are meant."""


def rows() -> list[dict[str, str]]:
    """Couplings and densities as DRAKE gives them (arXiv:2305.11937)."""
    lines = (FOLDER / "drake.csv").read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def table() -> str:
    """In Markdown: for each coupling Omega h^2 of DRAKE, and what the engines find over it."""
    engines = list(ENGINES)
    lines = [
        "| m_S [GeV] | λ | DRAKE | Ωh² | " + " | ".join(f"{engine}/DRAKE" for engine in engines) + " |",
        "|" + "---|" * (4 + len(engines)),
    ]
    for row in rows():
        for column, quarks in COLUMNS.items():
            mass, coupling, theirs = (float(row[n]) for n in ("m_S_GeV", f"{column}_lambda", f"{column}_omega"))
            sector = singlet(mass, coupling, quarks)
            ours = [float(solve(sector, engine=engine, self_scattering=False).omega_h2) for engine in engines]
            ratios = " | ".join(f"{omega / theirs:.3f}" for omega in ours)
            lines.append(f"| {mass:g} | {coupling:g} | {column.replace('_', ', ')} | {theirs:.4f} | {ratios} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the table into README.md."""
    path = FOLDER / "README.md"
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    path.write_text(f"{before}{BEGIN}\n{table()}{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
