"""A real API server: what it serves, and what it says of an object it is asked to create.

Nothing stays: objects are created with `dryRun=All`; only Services are really made and deleted again, because a dry
run looks neither at the ports of nodes nor at what belongs to their type.
"""

import base64
import collections
import copy
import http.client
import json
import ssl
import tempfile
import urllib.parse

import paths
import yaml

# What the server says: `code` of HTTP, the paths it blames with its words, its sentence when it names no path.
Verdict = collections.namedtuple("Verdict", "code causes message")

# Kinds the server has under an older name only; the fields that matter are the same.
OLDER = {
    ("policy/v1", "PodDisruptionBudget"): "policy/v1beta1",
    ("batch/v1", "CronJob"): "batch/v1beta1",
    ("autoscaling/v2", "HorizontalPodAutoscaler"): "autoscaling/v2beta2",
    ("discovery.k8s.io/v1", "EndpointSlice"): "discovery.k8s.io/v1beta1",
    ("storage.k8s.io/v1", "CSIStorageCapacity"): "storage.k8s.io/v1alpha1",
}


class Server:
    """The API server of a kubeconfig's current context."""

    def __init__(self, kubeconfig):
        config = yaml.safe_load(open(kubeconfig))
        by_name = lambda kind, name: next(x for x in config[kind + "s"] if x["name"] == name)[kind]
        context = by_name("context", config["current-context"])
        cluster, user = by_name("cluster", context["cluster"]), by_name("user", context["user"])
        address = urllib.parse.urlsplit(cluster["server"])
        authority = cluster.get("certificate-authority-data")
        trust = ssl.create_default_context(
            cafile=cluster.get("certificate-authority"),
            cadata=base64.b64decode(authority).decode() if authority else None,
        )
        if "client-certificate-data" in user or "client-certificate" in user:
            trust.load_cert_chain(_file(user, "client-certificate"), _file(user, "client-key"))
        self.headers = {"Content-Type": "application/json"}
        if "token" in user:
            self.headers["Authorization"] = "Bearer " + user["token"]
        self.connection = http.client.HTTPSConnection(address.hostname, address.port or 443, context=trust)
        self.version = self.ask("GET", "/version")[1]["gitVersion"]
        self.document = self.ask("GET", "/openapi/v2")[1]["definitions"]
        self.served = dict(self._discover())
        self.namespaces = {}

    def ask(self, method, path, body=None):
        """The status and the data of an answer."""
        self.connection.request(method, path, None if body is None else json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())

    def _discover(self):
        groups = [version["groupVersion"] for group in self.ask("GET", "/apis")[1]["groups"] for version in group["versions"]]
        for version in ["v1", *groups]:
            root = ("/api/" if version == "v1" else "/apis/") + version
            for resource in self.ask("GET", root)[1].get("resources", []):
                if "/" not in resource["name"]:
                    yield (version, resource["kind"]), (root, resource["name"], resource["namespaced"])

    def known_as(self, data):
        """The object under a name this server has; none when it has none."""
        api_version, kind = data.get("apiVersion"), data.get("kind")
        if not isinstance(api_version, str) or not isinstance(kind, str):
            return None
        if (api_version, kind) in self.served:
            return data
        older = OLDER.get((api_version, kind))
        return dict(data, apiVersion=older) if (older, kind) in self.served else None

    def create(self, data, namespace):
        """What the server says of creating an object, which goes to `namespace` if it names none."""
        root, plural, namespaced = self.served[data["apiVersion"], data["kind"]]
        metadata = data.get("metadata")
        own = metadata.get("namespace") if isinstance(metadata, dict) else None
        if not namespaced and own:
            # As kubectl does.
            data = dict(data, metadata={key: value for key, value in metadata.items() if key != "namespace"})
        elif namespaced:
            home = own if isinstance(own, str) and own else namespace
            refused = self._namespace(home)
            if refused:
                return Verdict(422, [(("metadata", "namespace"), refused)], refused)
            root += "/namespaces/" + home
        return self._post(f"{root}/{plural}", data)

    def _post(self, place, data):
        stays = data["kind"] == "Service"
        code, answer = self.ask("POST", place if stays else place + "?dryRun=All", data)
        if stays and code < 300:
            self.ask("DELETE", f"{place}/{answer['metadata']['name']}")
        if code == 409 and answer.get("reason") == "AlreadyExists":
            code = 200  # such as the namespaces made here
        causes = (answer.get("details") or {}).get("causes") or [] if code >= 300 else []
        causes = [(paths.read(cause.get("field", "")), cause.get("message", "")) for cause in causes]
        return Verdict(code, causes, answer.get("message", "") if code >= 300 else "")

    def _namespace(self, name):
        """Makes a namespace; the words of the server if it is none."""
        if name not in self.namespaces:
            code, answer = self.ask("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
            self.namespaces[name] = "" if code < 300 or code == 409 else answer["message"]
        return self.namespaces[name]

    def judge(self, data, namespace):
        """What it says of an object and of the parts it would only look at when a controller makes them."""
        verdict = self.create(data, namespace)
        causes, code, message = list(verdict.causes), verdict.code, verdict.message
        for prefix, part in parts(data):
            said = self.create(part, namespace)
            causes += [(prefix + path, words) for path, words in said.causes]
            if said.code > code:
                code, message = said.code, said.message
        return Verdict(code, causes, message)


def parts(data):
    """The pod and the claims of a StatefulSet, which old servers take unseen, each with its path."""
    spec = data.get("spec")
    if data["kind"] != "StatefulSet" or not isinstance(spec, dict):
        return
    claims = [claim for claim in spec.get("volumeClaimTemplates") or [] if isinstance(claim, dict)]
    for index, claim in enumerate(claims):
        yield ("spec", "volumeClaimTemplates", str(index)), dict(copy.deepcopy(claim), apiVersion="v1", kind="PersistentVolumeClaim")
    template = spec.get("template")
    if not isinstance(template, dict) or not isinstance(template.get("spec"), dict):
        return
    pod = dict(copy.deepcopy(template), apiVersion="v1", kind="Pod")
    if isinstance(pod.get("metadata") or {}, dict):
        pod["metadata"] = dict(pod.get("metadata") or {}, name="pod")
        pod["metadata"].pop("namespace", None)
    volumes = pod["spec"].get("volumes") or []
    names = [(claim.get("metadata") or {}).get("name") for claim in claims]
    if isinstance(volumes, list):
        taken = [volume.get("name") for volume in volumes if isinstance(volume, dict)]
        pod["spec"]["volumes"] = volumes + [{"name": name, "emptyDir": {}} for name in names if name not in taken]
    yield ("spec", "template"), pod


def _file(user, key):
    if key in user:
        return user[key]
    file = tempfile.NamedTemporaryFile(suffix=".pem", delete=False)
    file.write(base64.b64decode(user[key + "-data"]))
    file.close()
    return file.name
