"""The whole deployment on this machine: started in order, stopped in order."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from local.stack.aws import Aws, start_emulator
from local.stack.deployment import (
    ApiRoute,
    Deployment,
    EventRule,
    QueueMapping,
    Schedule,
    is_settings_layer,
    layer_folders,
    read_deployment,
    worker_limit,
)
from local.stack.gateway import Gateway
from local.stack.processes import LOOPBACK, Child, StartupError, free_port
from local.stack.queues import Collector
from local.stack.resources import create_resources
from local.stack.schedules import RuleListener, Timer
from local.stack.settings import (
    Settings,
    compile_settings,
    complete_settings,
    place_secrets,
    read_settings,
)
from local.stack.simulators import Services, SimulatorStarter, own_environment
from local.stack.template import Template
from local.stack.workers import Pool, Surroundings

GRACE_S = 3


class Listener(Protocol):
    """What waits for work and hands it to a function."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def join(self) -> None: ...


@dataclass(frozen=True)
class Options:
    """How the stack is to run. `data` None: state lives in `work` and is forgotten."""

    template: Path
    settings: Path | None
    work: Path
    logs: Path
    port: int = 0
    data: Path | None = None
    salesforce: str | None = None
    aws: str | None = None
    time_scale: float = 0.02


class Stack:
    """`start` gives the addresses; `stop` may be called at any time after."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._queue_urls: dict[str, str] = {}
        self._children: list[Child] = []
        self._pools: dict[str, Pool] = {}
        self._listeners: list[Listener] = []
        self._gateway: Gateway | None = None
        self._stopped = False
        self.template = Template(options.template, self._queue_urls.__getitem__)

    def start(self) -> Mapping[str, object]:
        """Starts every part; raises StartupError or TemplateError with the reason."""
        with ThreadPoolExecutor() as threads:
            checked = threads.submit(self._check_settings)
            aws = self._start_aws()
            create_resources(self.template, aws, self._queue_urls)
            settings = checked.result()
        port = self.options.port or free_port()
        services = self._start_simulators(settings, aws, f"http://{LOOPBACK}:{port}")
        deployment = read_deployment(self.template)
        self._start_functions(deployment, aws, services.variables())
        self._open(deployment, aws, port)
        return {
            "api": f"http://{LOOPBACK}:{port}",
            "salesforce": services.salesforce,
            "storefronts": services.storefronts,
            "aws": aws.url,
        }

    def stop(self) -> None:
        """No new work, then no functions, then no services; nothing stays behind."""
        if self._stopped:
            return
        self._stopped = True
        if self._gateway is not None:
            self._gateway.close()
        for listener in self._listeners:
            listener.stop()
        for pool in self._pools.values():
            pool.stop()
        for listener in self._listeners:
            listener.join()
        with ThreadPoolExecutor(max_workers=max(1, len(self._children))) as threads:
            for child in self._children:
                threads.submit(child.stop, GRACE_S)

    def ended_child(self) -> Child | None:
        """A service that ended by itself, if there is one."""
        return next((child for child in self._children if child.process.poll() is not None), None)

    def _start_aws(self) -> Aws:
        if self.options.aws:
            return Aws(self.options.aws)
        folder = (self.options.data or self.options.work) / "aws"
        child, url = start_emulator(folder, self.options.logs, persistent=self.options.data is not None)
        self._children.append(child)
        return Aws(url)

    def _check_settings(self) -> Settings:
        """Without a settings layer in the template there is nothing to check and nobody to simulate."""
        if not any(is_settings_layer(folder) for folder in layer_folders(self.template)):
            return Settings((), (), {})
        default = self.template.folder / "layers" / "settings"
        source = self.options.settings or default
        if not source.is_dir():
            raise StartupError(f"there is no folder {source}")
        whole = complete_settings(source, default, self.options.work / "sources")
        compile_settings(whole, self.options.work / "settings", own_environment())
        return read_settings(source)

    def _start_simulators(self, settings: Settings, aws: Aws, api: str) -> Services:
        secrets = place_secrets(settings, aws)
        starter = SimulatorStarter(self.options.work, self.options.data, self.options.logs, self._children)
        with ThreadPoolExecutor() as threads:
            org = None
            if self.options.salesforce is None and settings.salesforce_secrets:
                org = threads.submit(
                    starter.salesforce, [secrets[name] for name in settings.salesforce_secrets]
                )
            stores = {
                store.name: threads.submit(starter.storefront, store, secrets[store.secret], api)
                for store in settings.simulated_stores
            }
            url = org.result() if org is not None else self.options.salesforce
            return Services(
                url, {name: store.result() for name, store in stores.items()}, self.options.time_scale
            )

    def _start_functions(self, deployment: Deployment, aws: Aws, variables: Mapping[str, str]) -> None:
        compiled = self.options.work / "settings"
        surroundings = Surroundings(aws.url, compiled, self.options.logs, variables)
        for logical_id, function in deployment.functions.items():
            self._pools[logical_id] = Pool(function, worker_limit(deployment, function), surroundings)
        with ThreadPoolExecutor() as threads:
            for started in [threads.submit(pool.warm) for pool in self._pools.values()]:
                started.result()

    def _open(self, deployment: Deployment, aws: Aws, port: int) -> None:
        scale = self.options.time_scale
        for mapping in deployment.triggers_of(QueueMapping):
            url, pool = self._queue_urls[mapping.queue_name], self._pools[mapping.function]
            self._listeners.append(Collector(mapping, url, pool, aws, scale))
        timers = [Timer(each, self._pools[each.function], scale) for each in deployment.triggers_of(Schedule)]
        self._listeners += timers
        for rule in deployment.triggers_of(EventRule):
            self._listeners.append(RuleListener(rule, self._pools[rule.function], aws, scale))
        for listener in self._listeners:
            listener.start()
        # A deployment that ran yesterday has had its daily runs; a fresh stack gets them before it is ready.
        with ThreadPoolExecutor() as threads:
            list(threads.map(Timer.fire, [timer for timer in timers if timer.rare]))
        self._gateway = Gateway(port, deployment.triggers_of(ApiRoute), self._pools)
        self._gateway.open()
