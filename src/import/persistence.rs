//! Modules inside pickles: plain `torch.nn.Module`s and the self-contained classes of
//! the StyleGAN repositories (`torch_utils/persistence.py`), which carry their own
//! Python source as a string. The source is never looked at.

use super::ImportError;
use super::pickle::{Graph, Node, NodeId};
use super::torch::{Tensors, TorchFile};

/// Deeper nesting than any network's; a hostile cycle stops here.
const MAX_DEPTH: usize = 16;

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

/// The class name that a persistent object gives itself, e.g. `Generator`.
pub fn class_name(graph: &Graph, id: NodeId) -> Option<&str> {
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

/// A constructor argument that a persistent object remembers, by keyword.
pub fn init_kwarg(graph: &Graph, id: NodeId, key: &str) -> Option<NodeId> {
    let kwargs = graph.lookup(state(graph, id)?, "_init_kwargs")?;
    graph.lookup(kwargs, key)
}

/// All parameters and buffers of a module, named as `state_dict()` names them.
///
/// # Errors
/// [`ImportError`] when the object is no module or a tensor is damaged.
pub fn module_tensors(file: &TorchFile, module: NodeId) -> Result<Tensors, ImportError> {
    let mut tensors = Tensors::new();
    collect(file, module, "", 0, &mut tensors)?;
    Ok(tensors)
}

fn collect(
    file: &TorchFile,
    module: NodeId,
    prefix: &str,
    depth: usize,
    into: &mut Tensors,
) -> Result<(), ImportError> {
    let graph = file.graph();
    let not_a_module = || ImportError::NotACheckpoint("a module without parameters".into());
    let state = state(graph, module).ok_or_else(not_a_module)?;
    if depth > MAX_DEPTH {
        return Err(not_a_module());
    }
    for part in ["_parameters", "_buffers"] {
        let entries = graph.lookup(state, part).and_then(|id| graph.entries(id));
        for &(key, value) in entries.unwrap_or_default() {
            if let (Some(key), true) = (graph.str(key), file.is_tensor(value)) {
                into.insert(format!("{prefix}{key}"), file.tensor(value)?);
            }
        }
    }
    let children = graph
        .lookup(state, "_modules")
        .and_then(|id| graph.entries(id));
    for &(key, child) in children.unwrap_or_default() {
        if let (Some(key), Node::Call { .. }) = (graph.str(key), graph.get(child)) {
            collect(file, child, &format!("{prefix}{key}."), depth + 1, into)?;
        }
    }
    Ok(())
}
