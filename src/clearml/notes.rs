//! What to do on nodes, in DNS and in the web app, as text for people.

use std::fmt::Write as _;

use super::settings::{Mode, Settings};
use super::view::{Shape, View};

fn text(view: &View) -> &str {
    match &view.shape {
        Shape::Text(text) => text,
        _ => "",
    }
}

/// The notes for these settings.
pub(crate) fn notes(settings: &Settings) -> String {
    let mut out = String::new();
    let namespace = &settings.shared.namespace.value;
    let mut step = 0;
    let mut point = |out: &mut String, title: &str| {
        step += 1;
        let _ = writeln!(out, "{}{step}. {title}", if step > 1 { "\n" } else { "" });
    };
    let selector = settings.node_labels();
    if !selector.is_empty() {
        point(&mut out, "Label the node that runs the server (with folders on the node: exactly one).");
        let _ = writeln!(out, "   kubectl label node <NODE> {selector}");
        let _ = writeln!(out, "   kubectl get nodes -l {}", selector.replace(' ', ","));
    }
    if settings.is_on("elasticsearch") {
        point(&mut out, "Prepare that node for Elasticsearch, and keep more than 500 MB of its disk free.");
        if settings.databases.sysctl.is_some() {
            out.push_str("   vm.max_map_count is set by an init container.\n");
        } else {
            out.push_str("   sudo sysctl -w vm.max_map_count=262144\n");
            out.push_str("   echo vm.max_map_count=262144 | sudo tee /etc/sysctl.d/99-clearml.conf\n");
        }
    }
    reach(settings, &mut out, &mut point);
    point(&mut out, "Wait for the API server and ask whether it answers.");
    let _ = writeln!(out, "   kubectl -n {namespace} rollout status deploy/apiserver --timeout=10m");
    if let Some(port) = settings.services.apiserver.node_port.as_ref().filter(|_| settings.ingress.is_none())
    {
        let _ = writeln!(out, "   curl -fsS http://<NODE>:{}/debug.ping", port.value);
    }
    let _ = writeln!(
        out,
        "   kubectl -n {namespace} run ping --rm -i --restart=Never --image=curlimages/curl -- -fsS http://{}:{}/debug.ping",
        settings.services.apiserver.name.value, settings.services.apiserver.port.value
    );
    storage(settings, &mut out, &mut point);
    if !settings.server.has_fixed_users {
        point(&mut out, "Close the server before others can reach it: anyone may log in.");
        out.push_str("   Set `apiserver.fixedUsers`, and own keys under `secrets`. Keys for agents: Settings > Workspace.\n");
    }
    let mut remarks = Vec::new();
    if settings.versions.value == "compat" {
        remarks.push("The image set `compat` (server 1.0.2, Elasticsearch 7.6, MongoDB 3.6, Redis 5.0) gets no fixes any more; it is the default because existing data depends on it. New installs: `clearml.versions: modern`.");
    }
    if settings.agents.services.component.enabled.value && settings.agents.services.docker.value {
        remarks.push("The service agent needs Docker on its node (/var/run/docker.sock) and a privileged pod; `agentservices.enabled: false` leaves it out.");
    }
    if settings.is_on("mongo") && settings.databases.mongo.version.at_least(5, 0) {
        remarks.push("MongoDB 5 and later need a processor with AVX: `grep -m1 -o avx /proc/cpuinfo` on the node prints `avx`.");
    }
    if !remarks.is_empty() {
        point(&mut out, "Good to know.");
        for remark in remarks {
            let _ = writeln!(out, "   - {remark}");
        }
    }
    out
}

fn reach(settings: &Settings, out: &mut String, point: &mut dyn FnMut(&mut String, &str)) {
    let services = &settings.services;
    if let Some(ingress) = &settings.ingress {
        point(out, "Point these names at the ingress controller.");
        for host in [&ingress.app, &ingress.files, &ingress.api] {
            let _ = writeln!(out, "   {}", text(host));
        }
        if let Some(secret) = ingress.secret.as_ref().filter(|_| ingress.tls) {
            let namespace = &settings.shared.namespace.value;
            let _ = writeln!(
                out,
                "   Their certificate is the Secret `{}`, unless the controller makes it:",
                secret.value
            );
            let _ = writeln!(
                out,
                "   kubectl -n {namespace} create secret tls {} --cert=<FILE> --key=<FILE>",
                secret.value
            );
        }
        let _ = writeln!(out, "   Then open {}", text(&ingress.url(&ingress.app)));
        return;
    }
    let ports = [("web", &services.webserver), ("API", &services.apiserver), ("files", &services.fileserver)];
    if ports.iter().any(|(_, service)| service.node_port.is_some()) {
        point(
            out,
            "Open http://<NODE>:<web port>, or point names at the nodes' ports through a load balancer.",
        );
        for ((what, service), name) in ports.iter().zip(["app", "api", "files"]) {
            if let Some(port) = &service.node_port {
                let _ = writeln!(out, "   {what:<5} {}   {name}.<your domain> -> nodes:{0}", port.value);
            }
        }
        let usual =
            [(&services.webserver, 30080), (&services.apiserver, 30008), (&services.fileserver, 30081)];
        if usual.iter().any(|(service, port)| service.node_port.as_ref().is_none_or(|own| own.value != *port))
        {
            out.push_str("   The web app expects 30080, 30008 and 30081, or names app., api. and files.; with others set `webserver.configuration`.\n");
        }
    }
}

fn storage(settings: &Settings, out: &mut String, point: &mut dyn FnMut(&mut String, &str)) {
    let storage = &settings.storage;
    match storage.mode {
        Mode::HostPath => {
            point(
                out,
                "Data lies in folders of the node; volumes are kept (Retain) when claims are deleted.",
            );
            let _ = writeln!(out, "   {}", storage.root.value);
        }
        Mode::Nfs => {
            point(out, "Make these folders on the NFS server, with these owners, before the pods start.");
            let mut seen = Vec::new();
            for volume in &storage.volumes {
                let path = text(volume.path());
                let owner = match volume.component {
                    "elasticsearch" => "1000:1000",
                    "mongo" | "redis" => "999:999",
                    _ => "root",
                };
                if storage.renders_claim(volume) && settings.is_on(volume.component) && !seen.contains(&path)
                {
                    seen.push(path);
                    let _ = writeln!(out, "   {owner:<9}  {path}");
                }
            }
        }
        Mode::Dynamic | Mode::ExistingClaim => {}
    }
}
