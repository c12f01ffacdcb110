"""What JSON Schema cannot say of a valid request, for schemathesis (CONTRIBUTING.md)."""

import datetime
import re
import uuid

import schemathesis
from hypothesis import strategies

def now():
    return datetime.datetime.now(datetime.timezone.utc)


def in_seconds(seconds):
    return (now() + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


# A deadline is to come, and at most 7 days ahead.
schemathesis.openapi.format(
    "date-time", strategies.integers(3_600, 6 * 24 * 3_600).map(in_seconds)
)


def is_past(deadline):
    try:
        return datetime.datetime.fromisoformat(deadline) < now()
    except (TypeError, ValueError):
        return False


@schemathesis.hook
def filter_body(context, body):
    """A deadline is not past. A job that is listed twice has the same options each time."""
    if not isinstance(body, dict):
        return True
    data = body.get("data")
    if isinstance(data, dict) and "expires_at" in data:
        # The deadline of a late event counts from its time.
        return not is_past(body.get("time")) and filter_body(context, data)
    jobs = body.get("jobs")
    ids = [
        job["job_id"] if isinstance(job, dict) and "job_id" in job else job
        for job in (jobs if isinstance(jobs, list) else [])
    ]
    texts = [str(id) for id in ids]
    return len(set(texts)) == len(texts) and not is_past(body.get("expires_at"))


KEY = re.compile(r'("([ !#-\[\]-~]|\\["\\]){1,255}"|[!#-+\--~]{1,255})')


@schemathesis.hook
def before_call(context, case, kwargs):
    """No key is used again, no deadline is past, and no event that has one is late."""
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and KEY.fullmatch(key):
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    body = case.body if isinstance(case.body, dict) else {}
    data = body.get("data")
    for intent in (body, data if isinstance(data, dict) else {}):
        if is_past(intent.get("expires_at")):
            intent["expires_at"] = in_seconds(3_600)
        if "expires_at" in intent and is_past(body.get("time")):
            body["time"] = in_seconds(0)
