"""What an operator sees of a preflight: a line for what is new, one for what is settled, and two metrics."""

from collections.abc import Sequence

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from connector.errors import Failed
from connector.sync.preflight.findings import Finding, Report


class Teller:
    """Log lines and metrics of the preflight."""

    def __init__(self, logger: Logger, metrics: Metrics, flow: str) -> None:
        self._logger, self._metrics = logger, metrics
        metrics.set_default_dimensions(service=flow)

    def tell(self, report: Report, fresh: Sequence[Finding], settled: Sequence[Finding]) -> None:
        """Tell a report; raises `Failed` if an org was not asked because it, or the way to it, was down."""
        for finding in fresh:
            level = self._logger.error if finding.severity == "error" else self._logger.warning
            level("new finding", extra=finding.to_json())
        for finding in settled:
            self._logger.info("settled", extra=finding.to_json())
        errors, warnings = report.count("error"), report.count("warning")
        self._logger.info(
            "preflight", extra={"errors": errors, "warnings": warnings, "unasked": report.unasked}
        )
        self._metrics.add_metric("PreflightErrors", MetricUnit.Count, errors)
        self._metrics.add_metric("PreflightWarnings", MetricUnit.Count, warnings)
        self._metrics.flush_metrics()
        if report.down:
            raise Failed(f"no answer from {', '.join(report.down)}")
