"""Forecasts without workers."""

from alpfit.inference.forecasting.forecast import forecast_of
from alpfit.inference.forecasting.tasks import Workbench
from alpfit.inference.forecasting.work import Work


def worked_out(plan, **work):
    """The forecast of a ``plan``, one task after the other."""
    bench = Workbench(plan)
    return forecast_of(bench, Work(lambda tasks: [bench(task) for task in tasks], **work))
