//! Modules inside pickles: plain `torch.nn.Module`s and the self-contained classes of
//! the StyleGAN repositories (`torch_utils/persistence.py`), which carry their own
//! Python source as a string. The source is never looked at.

use super::ImportError;
use super::pickle::{Graph, Node, NodeId};
use super::tensors::Tensors;
use super::torch::TorchFile;
use crate::clean_text;

/// Deeper nesting than any network's; a hostile cycle stops here.
const MAX_DEPTH: usize = 16;
/// More modules than any network has.
const MAX_MODULES: usize = 10_000;

/// A module: its class, what it remembers, and the way to it, which ends with a dot.
pub(super) struct Module {
    pub(super) class: String,
    pub(super) state: NodeId,
    pub(super) way: String,
}

/// The state dictionary (`__dict__`) of a pickled object.
fn state(graph: &Graph, id: NodeId) -> Option<NodeId> {
    let Node::Call {
        callee,
        args,
        state,
        ..
    } = graph.get(id)
    else {
        return None;
    };
    let is_persistent = graph
        .global(*callee)
        .is_some_and(|(_, name)| name == "_reconstruct_persistent_obj");
    if is_persistent {
        let meta = *graph.items(*args)?.first()?;
        return graph.lookup(meta, "state");
    }
    *state
}

/// Whether a value is a pickled module.
pub(super) fn is_module(graph: &Graph, id: NodeId) -> bool {
    state(graph, id).is_some_and(|state| graph.lookup(state, "_modules").is_some())
}

/// The class name that a persistent object gives itself, e.g. `Generator`.
pub(super) fn class_name(graph: &Graph, id: NodeId) -> Option<&str> {
    let Node::Call { callee, args, .. } = graph.get(id) else {
        return None;
    };
    match graph.global(*callee)? {
        (_, "_reconstruct_persistent_obj") => {
            let meta = *graph.items(*args)?.first()?;
            graph.str(graph.lookup(meta, "class_name")?)
        }
        (_, name) => Some(name),
    }
}

/// The constructor's arguments that a persistent object remembers.
pub(super) fn init_kwargs(graph: &Graph, id: NodeId) -> Option<NodeId> {
    graph.lookup(state(graph, id)?, "_init_kwargs")
}

/// A module and all modules within it.
///
/// # Errors
/// [`ImportError::NotACheckpoint`] when the object is no module.
pub(super) fn modules(graph: &Graph, module: NodeId) -> Result<Vec<Module>, ImportError> {
    let mut found = Vec::new();
    collect(graph, module, String::new(), 0, &mut found)?;
    Ok(found)
}

fn collect(
    graph: &Graph,
    module: NodeId,
    way: String,
    depth: usize,
    into: &mut Vec<Module>,
) -> Result<(), ImportError> {
    let not_a_module = || ImportError::NotACheckpoint("a module without parameters".into());
    let state = state(graph, module).ok_or_else(not_a_module)?;
    if depth > MAX_DEPTH || into.len() >= MAX_MODULES {
        return Err(not_a_module());
    }
    into.push(Module {
        class: class_name(graph, module).unwrap_or_default().to_owned(),
        state,
        way: way.clone(),
    });
    let children = graph
        .lookup(state, "_modules")
        .and_then(|id| graph.entries(id));
    for &(key, child) in children.unwrap_or_default() {
        if let (Some(key), Node::Call { .. }) = (graph.str(key), graph.get(child)) {
            collect(graph, child, format!("{way}{key}."), depth + 1, into)?;
        }
    }
    Ok(())
}

/// All parameters and buffers of a module, named as `state_dict()` names them.
///
/// # Errors
/// [`ImportError`] when the object is no module or a tensor is damaged.
pub(super) fn module_tensors(file: &TorchFile, module: NodeId) -> Result<Tensors, ImportError> {
    let graph = file.graph();
    let mut tensors = Tensors::new();
    for module in modules(graph, module)? {
        for part in ["_parameters", "_buffers"] {
            let entries = graph.lookup(module.state, part);
            let entries = entries.and_then(|id| graph.entries(id));
            for &(key, value) in entries.unwrap_or_default() {
                if let (Some(key), true) = (graph.str(key), file.is_tensor(value)) {
                    let name = format!("{}{}", module.way, clean_text::name(key));
                    tensors.insert(name, file.tensor(value)?);
                }
            }
        }
    }
    Ok(tensors)
}
