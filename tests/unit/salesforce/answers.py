"""A session whose HTTP answers the test writes, and what was asked of it."""

import json

import requests
from requests.adapters import BaseAdapter

from connector.salesforce import session as module
from connector.salesforce.session import Session

HOST = "https://acme.my.salesforce.com"
SECRET = {"client_id": "consumer-key", "client_secret": "consumer-secret"}
EXPIRED = (401, [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}])


class Script(BaseAdapter):
    """Answers calls in turn, the token address from its own list; an exception is raised."""

    def __init__(self):
        super().__init__()
        self.answers, self.tokens, self.requests, self.logins, self.timeouts = [], [], [], [], []

    def send(self, request, timeout=None, **rest):
        login = request.path_url == "/services/oauth2/token"
        (self.logins if login else self.requests).append(request)
        self.timeouts.append(timeout)
        answer = (self.tokens if login else self.answers).pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, content, *headers = answer
        response = requests.Response()
        response.status_code, response.url, response.request = status, request.url, request
        response._content = content if isinstance(content, bytes) else json.dumps(content).encode()
        response.headers.update(headers[0] if headers else {})
        return response

    def close(self):
        """Nothing to close."""


class Tokens:
    """The shared token, in memory."""

    def __init__(self, token=None):
        self.token, self.writes = token, []

    def read_token(self, org):
        return self.token

    def write_token(self, org, token, replaces):
        self.writes.append((org, token, replaces))
        if self.token == replaces:
            self.token = token


def token(text):
    return (200, {"access_token": text, "instance_url": HOST, "token_type": "Bearer"})


def open_session(monkeypatch, script, tokens, secret=None, **options):
    def http_session():
        http = requests.Session()
        http.mount("https://", script)
        return http

    monkeypatch.setattr(module, "_http_session", http_session)
    return Session("main", HOST, "66.0", lambda: secret or SECRET, tokens, **options)
