"""The template is read as CloudFormation and SAM read it."""

from pathlib import Path
from textwrap import dedent

import pytest

from local.stack.deployment import QueueMapping, Schedule, read_deployment, worker_limit
from local.stack.resources import LEFT_OUT
from local.stack.template import Template, merge_globals
from local.stack.tree import TemplateError

ROOT = Path(__file__).resolve().parents[3]
KNOWN = {
    "AWS::DynamoDB::Table",
    "AWS::SQS::Queue",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::Events::EventBus",
}


def read(tmp_path: Path, source: str) -> Template:
    file = tmp_path / "template.yaml"
    file.write_text(dedent(source))
    return Template(file, lambda name: f"http://queue/{name}")


VALUES = """
    Parameters:
      Stage: {Type: String, Default: dev}
      Many: {Type: Number, Default: 3}
    Conditions:
      IsDev: !Equals [!Ref Stage, dev]
      IsProd: !Not [!Condition IsDev]
      Both: !And [!Condition IsDev, !Condition IsProd]
    Mappings:
      Sizes: {dev: {memory: 128}}
    Resources:
      Work: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "${AWS::StackName}-work"}}
      Seen: {Type: AWS::DynamoDB::Table}
      Alarms: {Type: AWS::SNS::Topic}
      Extra: {Type: AWS::SQS::Queue, Condition: IsProd}
"""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("!Ref Stage", "dev"),
        ("!Ref Work", "http://queue/local-work"),
        ("!GetAtt Work.Arn", "arn:aws:sqs:us-east-1:000000000000:local-work"),
        ("!GetAtt Work.QueueName", "local-work"),
        ("!Ref Seen", "local-Seen"),
        ("!Ref Alarms", "arn:aws:sns:us-east-1:000000000000:local-Alarms"),
        ("!Sub '${Stage}/${Work}/${Work.Arn}/${!Literal}'",
         "dev/http://queue/local-work/arn:aws:sqs:us-east-1:000000000000:local-work/${Literal}"),
        ("!Sub ['${A}-${Stage}', {A: !Ref Many}]", "3-dev"),
        ("!Join ['-', [a, !Ref Stage]]", "a-dev"),
        ("!If [IsDev, one, two]", "one"),
        ("!If [IsProd, one, two]", "two"),
        ("!If [Both, one, two]", "two"),
        ("!FindInMap [Sizes, !Ref Stage, memory]", 128),
        ("!Select [1, !Split [',', 'a,b']]", "b"),
    ],
)  # fmt: skip
def test_intrinsic_functions_are_worked_out(tmp_path: Path, value: str, expected: object) -> None:
    source = dedent(VALUES) + f"  Probe: {{Type: AWS::SNS::Topic, Properties: {{X: {value}}}}}\n"
    assert read(tmp_path, source).properties("Probe")["X"] == expected


def test_no_value_removes_the_property_and_the_list_item(tmp_path: Path) -> None:
    listed = "[1, !If [IsProd, 2, !Ref AWS::NoValue]]"
    properties = f"{{X: !Ref AWS::NoValue, L: {listed}}}"
    source = dedent(VALUES) + f"  Probe: {{Type: AWS::SNS::Topic, Properties: {properties}}}\n"
    assert read(tmp_path, source).properties("Probe") == {"L": [1]}


def test_resource_whose_condition_is_false_is_not_there(tmp_path: Path) -> None:
    assert set(read(tmp_path, VALUES).resources()) == {"Work", "Seen", "Alarms"}


@pytest.mark.parametrize(
    "value", ["!Ref Nobody", "!GetAtt Nobody.Arn", "!GetAtt Work.Colour", "!Sub '${Nobody}'"]
)
def test_reference_to_nothing_is_an_error_that_names_the_place(tmp_path: Path, value: str) -> None:
    source = dedent(VALUES) + f"  Probe: {{Type: AWS::SNS::Topic, Properties: {{X: {value}}}}}\n"
    with pytest.raises(TemplateError, match=r"Nobody|Colour"):
        read(tmp_path, source).properties("Probe")


def test_parameter_without_default_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="Stage"):
        read(tmp_path, "Parameters: {Stage: {Type: String}}\nResources: {}\n")


def test_globals_merge_maps_join_lists_and_give_way_otherwise() -> None:
    shared = {"Timeout": 3, "Layers": ["a"], "Environment": {"Variables": {"A": "1", "B": "1"}}}
    own = {"Timeout": 9, "Layers": ["b"], "Environment": {"Variables": {"B": "2"}}}
    assert merge_globals(shared, own) == {
        "Timeout": 9,
        "Layers": ["a", "b"],
        "Environment": {"Variables": {"A": "1", "B": "2"}},
    }


def test_tiny_template_has_its_triggers() -> None:
    tiny = ROOT / "tests" / "flows" / "stack" / "tiny" / "template.yaml"
    deployment = read_deployment(Template(tiny, lambda name: f"http://queue/{name}"))
    (queue,) = deployment.triggers_of(QueueMapping)
    assert (queue.batch_size, queue.window_s, queue.visibility_s, queue.maximum_concurrency) == (20, 1, 60, 2)
    assert queue.reports_item_failures
    assert [schedule.expression for schedule in deployment.triggers_of(Schedule)] == ["rate(1 minute)"]
    echo = deployment.functions["EchoFunction"]
    assert echo.environment == {"SEEN_TABLE": "local-seen", "WORK_QUEUE": "http://queue/local-WorkQueue"}
    assert (
        worker_limit(deployment, deployment.functions["ConsumeFunction"]) == 4
    )  # two of the queue, two of the events


def test_unknown_event_source_is_named(tmp_path: Path) -> None:
    source = """
        Resources:
          F:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: f
              Handler: app.handler
              Events: {Topic: {Type: Kinesis, Properties: {Stream: x}}}
    """
    with pytest.raises(TemplateError, match=r"F\.Events\.Topic.*Kinesis"):
        read_deployment(read(tmp_path, source))


def test_batch_of_more_than_ten_needs_a_window(tmp_path: Path) -> None:
    source = """
        Resources:
          Q: {Type: AWS::SQS::Queue}
          F:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: f
              Handler: app.handler
              Events: {Work: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn, BatchSize: 11}}}
    """
    with pytest.raises(TemplateError, match="window"):
        read_deployment(read(tmp_path, source))


def test_deployed_template_can_be_run_here() -> None:
    template = Template(ROOT / "template.yaml", lambda name: f"http://queue/{name}")
    deployment = read_deployment(template)
    assert deployment.functions
    assert set(template.resources().values()) <= LEFT_OUT | KNOWN
