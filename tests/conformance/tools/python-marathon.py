"""Drives a Marathon with Debian's python3-marathon through the life of an app, and says what it saw as one JSON object."""

import json
import os
import sys
import threading
import time

from marathon import MarathonClient
from marathon.exceptions import NotFoundError
from marathon.models import MarathonApp, MarathonGroup, MarathonHealthCheck
from marathon.models.container import MarathonContainer, MarathonContainerPortMapping, MarathonDockerContainer

url, home, image = sys.argv[1:4]
user, password = os.environ["MARATHON_USER"], os.environ["MARATHON_PASSWORD"]
client = MarathonClient(url, username=user, password=password)
listener = MarathonClient(url, username=user, password=password)
seen, failures = [], []
saw = {}


def listen():
    try:
        for event in listener.event_stream():
            seen.append(event.event_type)
    except Exception as error:  # the end of the program ends the stream
        failures.append(repr(error))


def wait(what, ask, seconds=60):
    end = time.time() + seconds
    while time.time() < end:
        if ask():
            return
        if failures:
            raise SystemExit("The event stream failed: " + repr(failures))
        time.sleep(0.1)
    raise SystemExit("It did not come to this: " + what + " " + repr((sorted(set(seen)), failures)))


def settled(app_id, running):
    app = client.get_app(app_id, embed_tasks=True, embed_counts=True, embed_deployments=True)
    return len(app.deployments) == 0 and app.tasks_running == running and len(app.tasks) == running


threading.Thread(target=listen, daemon=True).start()
wait("the stream is attached", lambda: "event_stream_attached" in seen)

app_id = home + "/python"
script = 'require("http").createServer((q,r)=>r.end(process.env.WHO||"first")).listen(8080);process.on("SIGTERM",()=>process.exit(0))'
created = client.create_app(
    app_id,
    MarathonApp(
        args=["-e", script],
        cpus=0.1,
        mem=64,
        instances=1,
        container=MarathonContainer(
            docker=MarathonDockerContainer(image=image),
            port_mappings=[MarathonContainerPortMapping(container_port=8080, host_port=0, name="http")],
        ),
        networks=[{"mode": "container/bridge"}],
        health_checks=[MarathonHealthCheck(path="/", protocol="HTTP", port_index=0, interval_seconds=1, grace_period_seconds=60)],
    ),
)
saw["created"] = created.id
wait("one runs", lambda: settled(app_id, 1))
first = client.get_app(app_id).version

client.scale_app(app_id, instances=3)
wait("three run", lambda: settled(app_id, 3))
saw["scaled"] = len(client.list_tasks(app_id))

client.update_app(app_id, MarathonApp(env={"WHO": "second"}, instances=3))
wait("the update is done", lambda: settled(app_id, 3))
saw["updated"] = client.get_app(app_id).env

client.rollback_app(app_id, first)
wait("the rollback is done", lambda: settled(app_id, 1))
saw["rolledBack"] = client.get_app(app_id).env
saw["versions"] = len(client.list_versions(app_id))
saw["oldVersion"] = client.get_version(app_id, first).instances

client.scale_app(app_id, delta=1)
wait("two run", lambda: settled(app_id, 2))
client.kill_task(app_id, client.list_tasks(app_id)[0].id, scale=True)
wait("one is left", lambda: settled(app_id, 1))
saw["afterKillAndScale"] = client.get_app(app_id).instances

saw["listed"] = [app.id for app in client.list_apps(app_id=app_id, embed_tasks=True)]
saw["endpoints"] = len(client.list_endpoints())
saw["queue"] = len(client.list_queue(embed_last_unused_offers=True))
saw["deployments"] = len(client.list_deployments())
saw["info"] = client.get_info().name
saw["leader"] = client.get_leader()["leader"]
saw["metrics"] = "gauges" in client.get_metrics()

group = home + "/python-group"
client.create_group(MarathonGroup(id=group, apps=[MarathonApp(id="idle", args=["-e", ""], instances=0, mem=32, cpus=0.1, container=MarathonContainer(docker=MarathonDockerContainer(image=image)))]))
wait("the group is there", lambda: len(client.get_group(group).apps) == 1)
saw["group"] = client.get_group(group).apps[0].id
client.scale_group(group, 2)
client.delete_group(group, force=True)

client.delete_app(app_id)
try:
    client.get_app(app_id)
    saw["gone"] = False
except NotFoundError:
    saw["gone"] = True
wait("its end is told", lambda: "app_terminated_event" in seen)
saw["events"] = sorted(set(seen))
saw["failures"] = failures
print(json.dumps(saw))
