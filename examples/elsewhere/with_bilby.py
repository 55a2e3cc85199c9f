"""The mass and the rate that Belle II's excess asks for, by bilby: `python with_bilby.py`."""

from pathlib import Path

import bilby

from alpfit.adapters.bilby import FitLikelihood


def main(folder: str = "chains", n_live: int = 500) -> bilby.core.result.Result:
    """bilby's result of its sampler dynesty, with the samples in a data frame."""
    likelihood = FitLikelihood(Path(__file__).parent / "../two_body/two_body.toml")
    return bilby.run_sampler(
        likelihood,
        likelihood.priors(),
        sampler="dynesty",
        sample="rwalk",
        naccept=20,
        nlive=n_live,
        seed=1,
        outdir=folder,
        label="two_body",
        print_method="interval-10",
    )


if __name__ == "__main__":
    result = main()
    mass, rate = (result.posterior[name].quantile([0.16, 0.5, 0.84]) for name in ("m_X", "BR"))
    print(f"m_X = {mass[0.5]:.2f} GeV, 68 % from {mass[0.16]:.2f} to {mass[0.84]:.2f}")
    print(f"BR = {rate[0.5]:.2e}, 68 % from {rate[0.16]:.2e} to {rate[0.84]:.2e}; ln Z = {result.log_evidence:.2f}")
