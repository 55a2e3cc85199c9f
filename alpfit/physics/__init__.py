"""One process per file: the ALP portal's widths, annihilation, scattering and production in meson decays."""
