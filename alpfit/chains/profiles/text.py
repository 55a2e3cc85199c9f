"""Confidence intervals as a table for a human."""

from collections.abc import Collection, Sequence

from alpfit.inference.profiling import Confidence, Interval, Piece, Region

GAP = "~"
"""Before an end that is at a gap."""


def as_text(confidences: Sequence[Confidence], top: float, refined: Collection[tuple[str, ...]]) -> str:
    """A row a profile: its best point, and intervals or the extent of regions; then the notes.

    ``refined`` are the names of those that were maximised.
    """
    rows: list[tuple[str, ...]] = [("profile", "best", "68.3 %", "95.4 %")]
    rows += [
        (
            ", ".join(c.names),
            ", ".join(f"{value:.4g}" for value in c.best.values()),
            *(_interval(interval) for interval in c.intervals),
            *(_region(region) for region in c.regions),
        )
        for c in confidences
    ]
    widths = [max(len(row[k]) for row in rows) for k in range(4)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines += ["", *(f"{', '.join(c.names)}: {note}" for c in confidences for note in c.notes)]
    pieces = [piece for c in confidences for interval in c.intervals for piece in interval.pieces]
    if any(piece.lower_gap or piece.upper_gap for piece in pieces):
        lines.append(f"{GAP} before an end: beyond it are bins without a point, and others behind these")
    how = "of the best sample in each bin, which may be below the maximum"
    if all(c.names in refined for c in confidences):
        how = "maximised in each bin"
    elif refined:
        named = [" and ".join(c.names) for c in confidences if c.names in refined]
        how = f"maximised in each bin for {', '.join(named)}; for others {how}"
    return "\n".join([*lines, f"ln L at the best fit: {top:.4f}; profiles are {how}"]) + "\n"


def _interval(interval: Interval) -> str:
    return " and ".join(_piece(piece) for piece in interval.pieces) or "-"


def _piece(piece: Piece) -> str:
    """An interval; where nothing is known from an end on, a bound or nothing at all."""
    lower, upper = (
        f"{GAP if gap else ''}{value:.4g}"
        for value, gap in ((piece.lower, piece.lower_gap), (piece.upper, piece.upper_gap))
    )
    below, above = piece.lower_open and not piece.lower_gap, piece.upper_open and not piece.upper_gap
    if below and above:
        return "all"
    if below:
        return f"<= {upper}"
    return f">= {lower}" if above else f"{lower} to {upper}"


def _region(region: Region) -> str:
    return " x ".join(f"{low:.4g} to {high:.4g}" for low, high in region.extent.values()) or "-"
