"use strict";
// Matrices (columns one after the other), programs, buffers, pointers and headsets: what both
// pages need. Nothing is loaded from anywhere.

const mat = {
  perspective(fov, aspect, near, far) {
    const f = 1 / Math.tan(fov / 2), d = 1 / (near - far);
    return [f / aspect, 0, 0, 0, 0, f, 0, 0, 0, 0, (far + near) * d, -1, 0, 0, 2 * far * near * d, 0];
  },
  multiply(a, b) {
    const out = new Array(16);
    for (let c = 0; c < 4; c++)
      for (let r = 0; r < 4; r++) {
        let sum = 0;
        for (let k = 0; k < 4; k++) sum += a[k * 4 + r] * b[c * 4 + k];
        out[c * 4 + r] = sum;
      }
    return out;
  },
  move(x, y, z) {
    return [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, x, y, z, 1];
  },
  turnX(a) {
    const c = Math.cos(a), s = Math.sin(a);
    return [1, 0, 0, 0, 0, c, s, 0, 0, -s, c, 0, 0, 0, 0, 1];
  },
  turnY(a) {
    const c = Math.cos(a), s = Math.sin(a);
    return [c, 0, -s, 0, 0, 1, 0, 0, s, 0, c, 0, 0, 0, 0, 1];
  },
};

function program(gl, vertex, fragment) {
  const made = gl.createProgram();
  for (const [kind, text] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, "#version 300 es\nprecision highp float;\n" + text);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader));
    gl.attachShader(made, shader);
  }
  gl.linkProgram(made);
  if (!gl.getProgramParameter(made, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(made));
  const uniforms = {};
  const count = gl.getProgramParameter(made, gl.ACTIVE_UNIFORMS);
  for (let i = 0; i < count; i++) {
    const name = gl.getActiveUniform(made, i).name;
    uniforms[name] = gl.getUniformLocation(made, name);
  }
  return { made, uniforms };
}

function buffer(gl, place, size, numbers) {
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ARRAY_BUFFER, new Float32Array(numbers), gl.STATIC_DRAW);
  gl.enableVertexAttribArray(place);
  gl.vertexAttribPointer(place, size, gl.FLOAT, false, 0, 0);
}

// A picture as a texture, no larger than the card takes; `srgb` is decoded by the card.
function texture(gl, image) {
  const most = gl.getParameter(gl.MAX_TEXTURE_SIZE);
  const scale = Math.min(1, most / Math.max(image.naturalWidth, image.naturalHeight));
  let source = image;
  if (scale < 1) {
    source = document.createElement("canvas");
    source.width = Math.floor(image.naturalWidth * scale);
    source.height = Math.floor(image.naturalHeight * scale);
    source.getContext("2d").drawImage(image, 0, 0, source.width, source.height);
  }
  const made = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, made);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.SRGB8_ALPHA8, gl.RGBA, gl.UNSIGNED_BYTE, source);
  gl.generateMipmap(gl.TEXTURE_2D);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
  const more = gl.getExtension("EXT_texture_filter_anisotropic");
  if (more) gl.texParameterf(gl.TEXTURE_2D, more.TEXTURE_MAX_ANISOTROPY_EXT, 8);
  return made;
}

// Drags with one pointer, zooms with two, with the wheel and with + and -; arrow keys drag.
function pointers(canvas, drag, zoom) {
  const down = new Map();
  let apart = 0;
  canvas.addEventListener("pointerdown", (e) => {
    canvas.setPointerCapture(e.pointerId);
    down.set(e.pointerId, [e.clientX, e.clientY]);
    apart = 0;
  });
  canvas.addEventListener("pointermove", (e) => {
    const before = down.get(e.pointerId);
    if (!before) return;
    down.set(e.pointerId, [e.clientX, e.clientY]);
    if (down.size === 1) drag(e.clientX - before[0], e.clientY - before[1]);
    if (down.size === 2) {
      const [a, b] = [...down.values()];
      const now = Math.hypot(a[0] - b[0], a[1] - b[1]);
      if (apart) zoom(apart / now);
      apart = now;
    }
  });
  for (const name of ["pointerup", "pointercancel"])
    canvas.addEventListener(name, (e) => { down.delete(e.pointerId); apart = 0; });
  canvas.addEventListener("wheel", (e) => { e.preventDefault(); zoom(Math.exp(e.deltaY * 0.001)); }, { passive: false });
  addEventListener("keydown", (e) => {
    const step = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] }[e.key];
    if (step && e.target === document.body) drag(step[0], step[1]);
    if (e.key === "+") zoom(0.9);
    if (e.key === "-") zoom(1 / 0.9);
  });
}

// A button into a headset, where there is one; `modes` are tried in order. `draw` gets each
// eye's projection and view.
async function headset(gl, button, modes, draw, redraw) {
  if (!navigator.xr) return;
  let mode = null;
  for (const wanted of modes)
    if (!mode && await navigator.xr.isSessionSupported(wanted).catch(() => false)) mode = wanted;
  if (!mode) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await gl.makeXRCompatible();
    const session = await navigator.xr.requestSession(mode, { optionalFeatures: ["local-floor"] });
    let floor = true;
    const space = await session.requestReferenceSpace("local-floor")
      .catch(() => { floor = false; return session.requestReferenceSpace("local"); });
    const layer = new XRWebGLLayer(session, gl);
    session.updateRenderState({ baseLayer: layer });
    session.addEventListener("end", redraw);
    const frame = (_, now) => {
      session.requestAnimationFrame(frame);
      const pose = now.getViewerPose(space);
      if (!pose) return;
      gl.bindFramebuffer(gl.FRAMEBUFFER, layer.framebuffer);
      gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
      for (const eye of pose.views) {
        const part = layer.getViewport(eye);
        gl.viewport(part.x, part.y, part.width, part.height);
        draw(eye.projectionMatrix, eye.transform.inverse.matrix, { mode, floor });
      }
    };
    session.requestAnimationFrame(frame);
  });
}

// Full screen by button, where the browser lets it.
function fullScreen(button) {
  button.hidden = !document.fullscreenEnabled;
  button.addEventListener("click", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen();
  });
}

// Begins as soon as the picture is there.
function begin(main) {
  addEventListener("load", () => { try { main(); } catch (error) { trouble(error); } });
}

// What went wrong, where the picture would be.
function trouble(error) {
  const told = document.getElementById("trouble");
  told.textContent = "This page needs a browser with WebGL 2. " + error.message;
  told.hidden = false;
  document.documentElement.dataset.drawn = "failed";
}

// Tells that there is a picture now, and its colour half way across and so far up (0 to 1).
function drawn(gl, up) {
  const pixel = new Uint8Array(4);
  gl.readPixels(gl.drawingBufferWidth >> 1, Math.floor(gl.drawingBufferHeight * up), 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
  document.documentElement.dataset.drawn = [...pixel.slice(0, 3)].join(",");
}
