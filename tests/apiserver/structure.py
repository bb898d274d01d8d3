"""The structure of objects by the published documents of an API: what a decoder drops and what kubectl refuses."""

import importlib.resources
import json

JSON_TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": (int, float), "number": (int, float)}


class Document:
    """The definitions of an OpenAPI document, of any version."""

    def __init__(self, definitions):
        self.definitions = definitions
        self.kinds = {}
        for definition in definitions.values():
            for kind in definition.get("x-kubernetes-group-version-kind", []):
                group = kind["group"] + "/" if kind["group"] else ""
                self.kinds[group + kind["version"], kind["kind"]] = definition

    @classmethod
    def published(cls, version):
        """The document of a version of Kubernetes as the package kubernetes-validate brings it."""
        folder = importlib.resources.files("kubernetes_validate") / "kubernetes-json-schema" / f"v{version}-local-strict"
        return cls(json.loads((folder / "_definitions.json").read_text())["$defs"])

    def has(self, data):
        return (data.get("apiVersion"), data.get("kind")) in self.kinds

    def problems(self, data):
        """Paths of an object that do not fit, each with `type`, `required`, `unknown` or `enum`."""
        definition = self.kinds[data["apiVersion"], data["kind"]]
        return set(self.walk(data, definition, ()))

    def resolve(self, schema):
        while "$ref" in schema:
            schema = self.definitions[schema["$ref"].rsplit("/", 1)[-1]]
        return schema

    def walk(self, value, schema, path):
        schema = self.resolve(schema)
        if value is None or schema.get("x-kubernetes-preserve-unknown-fields"):
            return
        types = self.wanted(schema)
        if types and not any(fits(value, kind) for kind in types):
            yield path, "type"
        elif isinstance(value, dict):
            yield from self.map(value, schema, path)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                yield from self.walk(item, schema.get("items", {}), (*path, str(index)))
        elif "enum" in schema and value not in schema["enum"]:
            yield path, "enum"

    def wanted(self, schema):
        """The types a schema takes; none when it takes all."""
        schema = self.resolve(schema)
        if schema.get("format") == "int-or-string":
            return ["integer", "string"]
        if "oneOf" in schema:
            return [kind for choice in schema["oneOf"] for kind in self.wanted(choice)]
        kinds = schema.get("type", "object" if "properties" in schema else [])
        return [kind for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null"]

    def map(self, value, schema, path):
        fields = schema.get("properties")
        if fields is None:
            values = schema.get("additionalProperties")
            for key, item in value.items() if isinstance(values, dict) else ():
                yield from self.walk(item, values, (*path, key))
            return
        for key in schema.get("required", []):
            if value.get(key) is None:
                yield (*path, key), "required"
        for key, item in value.items():
            if key in fields:
                yield from self.walk(item, fields[key], (*path, key))
            else:
                yield (*path, key), "unknown"


def fits(value, kind):
    if isinstance(value, bool) != (kind == "boolean"):
        return False
    return isinstance(value, JSON_TYPES[kind]) and (kind != "integer" or value == int(value))
