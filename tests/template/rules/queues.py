"""Queues: nothing is lost, nothing is worked on twice at once."""

from tests.template.reading import Template, target_of

BATCH_LIMIT_WITHOUT_WINDOW = 10


def short_visibility(template: Template) -> list[str]:
    """Lambda asks for six function time-outs and the batching window; else a slow batch is delivered twice."""
    findings = []
    for event in template.queue_events:
        needed = 6 * template.functions[event.function]["Timeout"] + event.properties.get(
            "MaximumBatchingWindowInSeconds", 0
        )
        given = template.queues[event.queue].get("VisibilityTimeout", 30)
        if given < needed:
            findings.append(f"{event.queue}: visible again after {given} s, needs {needed} s")
    return findings


def without_dead_letters(template: Template) -> list[str]:
    """Every queue ends somewhere; fewer than five receives is too few, because throttled polls count."""
    findings = []
    for name in sorted(set(template.queues) - template.dead_letter_queues):
        redrive = template.queues[name].get("RedrivePolicy", {})
        if target_of(redrive.get("deadLetterTargetArn")) not in template.queues:
            findings.append(f"{name}: no dead-letter queue")
        elif redrive.get("maxReceiveCount", 0) < 5:
            findings.append(f"{name}: moved away after {redrive.get('maxReceiveCount')} receives")
    return findings


def short_retention(template: Template) -> list[str]:
    """A dead letter keeps its first date of arrival, so its queue must keep it as long as the longest."""
    longest = 14 * 24 * 3600
    return [
        f"{name}: keeps messages {queue.get('MessageRetentionPeriod', 345600)} s"
        for name, queue in template.queues.items()
        if queue.get("MessageRetentionPeriod", 345600) < longest
    ]


def batches_all_or_nothing(template: Template) -> list[str]:
    """Without partial responses one bad order sends the other 99 round again."""
    return [
        f"{event.function}.{event.name}: no ReportBatchItemFailures"
        for event in template.queue_events
        if event.properties.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]
    ]


def unbounded_concurrency(template: Template) -> list[str]:
    """Salesforce takes few long requests at once, so every queue states how many of its batches run together."""
    return [
        f"{event.function}.{event.name}: no MaximumConcurrency"
        for event in template.queue_events
        if not event.properties.get("ScalingConfig", {}).get("MaximumConcurrency")
    ]


def batches_without_window(template: Template) -> list[str]:
    """Lambda refuses a batch above ten without a window."""
    return [
        f"{event.function}.{event.name}: batch of {event.properties['BatchSize']} without a window"
        for event in template.queue_events
        if event.properties.get("BatchSize", 10) > BATCH_LIMIT_WITHOUT_WINDOW
        and not event.properties.get("MaximumBatchingWindowInSeconds")
    ]


def ordered_queues(template: Template) -> list[str]:
    """Queues are standard: versions and leases keep the order, and a poison record blocks nobody."""
    return [f"{name}: FIFO" for name, queue in template.queues.items() if queue.get("FifoQueue")]
