"""DynamoDB, SQS, S3 and Secrets Manager in memory, with botocore's method names and errors. Thread-safe."""

import copy
import itertools
import json
import threading

from botocore.exceptions import ClientError

from tests.fakes.expressions import Expression


class Tables:
    """DynamoDB: tables by name, items by their key attributes."""

    def __init__(self, keys):
        self.keys = keys
        self.items = {name: {} for name in keys}
        self._lock = threading.Lock()

    def update_item(
        self,
        *,
        TableName,
        Key,
        UpdateExpression,
        ConditionExpression=None,
        ExpressionAttributeNames=None,
        ExpressionAttributeValues=None,
        ReturnValues="NONE",
        ReturnValuesOnConditionCheckFailure="NONE",
    ):
        bound = (ExpressionAttributeNames, ExpressionAttributeValues)
        with self._lock:
            place = self._place(TableName, Key)
            before = self.items[TableName].get(place, {})
            if ConditionExpression and not Expression(ConditionExpression, *bound).holds(before):
                shown = (
                    {"Item": copy.deepcopy(before)}
                    if before and ReturnValuesOnConditionCheckFailure == "ALL_OLD"
                    else {}
                )
                raise ClientError(
                    {"Error": {"Code": "ConditionalCheckFailedException"}, **shown}, "UpdateItem"
                )
            after = Expression(UpdateExpression, *bound).apply({**before, **Key})
            self.items[TableName][place] = after
            returned = {"ALL_OLD": before, "ALL_NEW": after}.get(ReturnValues)
            return {"Attributes": copy.deepcopy(returned)} if returned else {}

    def get_item(self, *, TableName, Key, ConsistentRead=False):
        with self._lock:
            item = self.items[TableName].get(self._place(TableName, Key))
            return {"Item": copy.deepcopy(item)} if item else {}

    def put_item(self, *, TableName, Item):
        with self._lock:
            self.items[TableName][self._place(TableName, Item)] = copy.deepcopy(Item)
            return {}

    def batch_get_item(self, *, RequestItems):
        with self._lock:
            found = {}
            for table, wanted in RequestItems.items():
                places = [self._place(table, key) for key in wanted["Keys"]]
                assert len(set(places)) == len(places) <= 100, "a batch get takes 100 different keys"
                found[table] = [copy.deepcopy(self.items[table][p]) for p in places if p in self.items[table]]
            return {"Responses": found, "UnprocessedKeys": {}}

    def batch_write_item(self, *, RequestItems):
        with self._lock:
            for table, requests in RequestItems.items():
                assert 0 < len(requests) <= 25, "a batch write takes 1 to 25 requests"
                for request in requests:
                    item = request["PutRequest"]["Item"]
                    self.items[table][self._place(table, item)] = copy.deepcopy(item)
            return {"UnprocessedItems": {}}

    def _place(self, table, item):
        return tuple(item[name]["S"] for name in self.keys[table])


class Queue:
    """One SQS queue without time: `take` gives the messages that are asked for, `give_back` returns them."""

    def __init__(self):
        self._ids = itertools.count(1)
        self.waiting = {}
        self.receives = {}
        self._lock = threading.Lock()

    def send_message(self, *, QueueUrl, MessageBody, DelaySeconds=0, MessageAttributes=None):
        assert 0 <= DelaySeconds <= 900
        with self._lock:
            message_id = f"m{next(self._ids)}"
            attributes = {
                name: {"stringValue": value["StringValue"], "dataType": value["DataType"]}
                for name, value in (MessageAttributes or {}).items()
            }
            self.waiting[message_id] = {
                "messageId": message_id,
                "body": MessageBody,
                "messageAttributes": attributes,
            }
            return {"MessageId": message_id}

    def take(self, ids):
        """Lambda's SQS event for these messages; they stay invisible until deleted or given back."""
        with self._lock:
            records = []
            for message_id in ids:
                record = self.waiting.pop(message_id)
                self.receives[message_id] = self.receives.get(message_id, 0) + 1
                count = str(self.receives[message_id])
                records.append({**record, "attributes": {"ApproximateReceiveCount": count}})
            return {"Records": records}

    def give_back(self, event, ids=None):
        """The invocation failed for these messages (for all, when it crashed)."""
        with self._lock:
            for record in event["Records"]:
                if ids is None or record["messageId"] in ids:
                    self.waiting[record["messageId"]] = {k: v for k, v in record.items() if k != "attributes"}


class Vault:
    """Secrets Manager."""

    def __init__(self, secrets):
        self.secrets = secrets

    def get_secret_value(self, *, SecretId):
        if SecretId not in self.secrets:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetSecretValue")
        return {"SecretString": json.dumps(self.secrets[SecretId])}


class Bucket:
    """S3, one bucket."""

    def __init__(self):
        self.objects = {}

    def put_object(self, *, Bucket, Key, Body):
        self.objects[Key] = Body
        return {}

    def get_object(self, *, Bucket, Key):
        if Key not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        import io

        return {"Body": io.BytesIO(self.objects[Key])}
