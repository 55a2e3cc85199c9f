"""Together with what else the limit of each entry is drawn, and what a label says of its process."""

from shipped_entries import all_shipped

from alpfit.scenarios import DARK_MATTER, scenario_for

DRAWN = [
    (
        "$B$ decays",
        "$K+$inv",
        [
            "babar_bkinv_2013",
            "babar_bknunu_2013",
            "babar_bknunu_semileptonic_2010",
            "belle2_bknunu_2023",
            "belle2_bknunu_q2_2025",
            "belle2_bkx_altmannshofer_2023",
            "belle2_bkx_recast_2025",
            "belle2_bxsnunu_2025",
            "belle_bknunu_2017",
            "belle_bknunu_hadronic_2013",
        ],
    ),
    ("$B$ decays", r"$K\gamma\gamma$", ["babar_bkgg_2021"]),
    (
        "$B$ decays",
        "$K^*+$inv",
        ["babar_bkstarinv_2013", "belle_bkstarnunu_2017", "belle_bkstarnunu_hadronic_2013"],
    ),
    (
        "beam dumps",
        "",
        [
            "charm_1985",
            "charm_recast_2022",
            "e137_1988",
            "e141_1987",
            "faser2_photon_2022",
            "faser_photon_2024",
            "na62_dump_photon_2023",
            "na64_2020",
            "nucal_1991",
            "nucal_recast_2022",
            "ship_photon_2023",
        ],
    ),
    ("dark matter", r"$\chi\chi\to\chi\chi$", ["cluster_self_interaction_2008"]),
    (
        "dark matter",
        r"$\chi\chi\to\gamma\gamma$",
        ["cmb_annihilation_2018", "fermi_lines_2015", "fermi_lines_r16_2015"],
    ),
    ("kaon decays", r"$\pi+$inv", ["e949_kpix_2009", "na62_kpix_2021", "na62_kpix_2025", "na62_pi0inv_2020"]),
    ("kaon decays", r"$\pi\gamma\gamma$", ["e787_kpigg_2005", "na62_kpigg_2023"]),
    ("kaon decays", r"$\pi^0+$inv", ["koto_klpix_2018"]),
    ("kaon decays", r"$\pi^0\gamma\gamma$", ["ktev_klpigg_2008", "na48_klpigg_2002"]),
    ("others", "", ["planck_relic_2018"]),
    (
        "photons",
        r"$\gamma+$inv",
        [
            "babar_gamma_inv_2017",
            "belle2_gamma_inv_20fb_2017",
            "besiii_jpsi_inv_2020",
            "l3_zgammainv_1997",
            "lep_monophoton_2011",
        ],
    ),
    (
        "photons",
        r"$a\to\gamma\gamma$",
        [
            "belle2_3gamma_2020",
            "belle2_3gamma_2026",
            "belle2_3gamma_50ab_2017",
            "besiii_jpsi_2024",
            "lep_2g3g_2015",
            "primex_2019",
        ],
    ),
    (
        "stars, early universe",
        "",
        [
            "bbn_alp_2020",
            "bbn_mchi_2019",
            "sn1987a_caputo_2022",
            "sn1987a_invisible_2017",
            "sn1987a_lee_2018",
            "sn1987a_pvo_2023",
            "supernovae_low_energy_2022",
        ],
    ),
]
"""Group, process, and the entries that have both: their own group, or else that of the observable."""


def test_every_entry_is_drawn_in_its_group_with_its_process():
    scenario = scenario_for("invisible", DARK_MATTER)
    known = {**scenario.parameters, **scenario.observables}
    found = {}
    for entry in all_shipped():
        quantity = known[entry.observables[0]]
        found[entry.name] = (entry.group or quantity.group or "others", quantity.process)
    assert found == {name: (group, process) for group, process, entries in DRAWN for name in entries}


def test_a_group_is_said_in_one_place():
    scenario = scenario_for("invisible", DARK_MATTER)
    known = {**scenario.parameters, **scenario.observables}
    own = [entry for entry in all_shipped() if entry.group]
    assert "e137_1988" in {entry.name for entry in own}
    assert [entry.name for entry in own if known[entry.observables[0]].group] == []
