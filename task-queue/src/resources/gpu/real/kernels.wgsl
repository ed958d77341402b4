// What the device computes. Every kernel reads up to three arrays and writes one; work groups are
// numbered through a grid of two dimensions, since one alone is too short.

struct Sizes {
    /// What each kernel says.
    p: vec4<u32>,
    q: vec4<u32>,
    /// How many work groups there are in a row of the grid, and how many at all.
    grid: vec4<u32>,
}

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read> c: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<f32>;
@group(0) @binding(4) var<uniform> sizes: Sizes;

const TILE: u32 = 16u;
const WIDE: u32 = 256u;

var<workgroup> left: array<array<f32, 16>, 16>;
var<workgroup> right: array<array<f32, 16>, 16>;
var<workgroup> partial: array<f32, 256>;

fn group_of(id: vec3<u32>) -> u32 {
    return id.x + id.y * sizes.grid.x;
}

/// p: rows of a, columns of a, columns of b, tiles in a row.
@compute @workgroup_size(16, 16)
fn multiply(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_id) at: vec3<u32>) {
    let tile = group_of(id);
    if tile >= sizes.grid.y {
        return;
    }
    let row = (tile / sizes.p.w) * TILE + at.y;
    let column = (tile % sizes.p.w) * TILE + at.x;
    var sum = 0.0;
    for (var start = 0u; start < sizes.p.y; start += TILE) {
        let across = start + at.x;
        let down = start + at.y;
        left[at.y][at.x] = 0.0;
        if row < sizes.p.x && across < sizes.p.y {
            left[at.y][at.x] = a[row * sizes.p.y + across];
        }
        right[at.y][at.x] = 0.0;
        if down < sizes.p.y && column < sizes.p.z {
            right[at.y][at.x] = b[down * sizes.p.z + column];
        }
        workgroupBarrier();
        for (var i = 0u; i < TILE; i += 1u) {
            sum += left[at.y][i] * right[i][at.x];
        }
        workgroupBarrier();
    }
    if row < sizes.p.x && column < sizes.p.z {
        result[row * sizes.p.z + column] = sum;
    }
}

/// p: numbers.
@compute @workgroup_size(256)
fn add(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    let i = group_of(id) * WIDE + at;
    if i < sizes.p.x {
        result[i] = a[i] + b[i];
    }
}

fn activated(sum: f32, activation: u32) -> f32 {
    switch activation {
        case 0u: { return max(sum, 0.0); }
        case 1u: { return 1.0 / (1.0 + exp(-sum)); }
        // Some drivers overflow beyond.
        case 2u: { return tanh(clamp(sum, -20.0, 20.0)); }
        default: { return sum; }
    }
}

/// p: outputs, inputs, activation.
@compute @workgroup_size(256)
fn dense(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    let row = group_of(id) * WIDE + at;
    if row >= sizes.p.x {
        return;
    }
    var sum = 0.0;
    for (var i = 0u; i < sizes.p.y; i += 1u) {
        sum += a[row * sizes.p.y + i] * b[i];
    }
    result[row] = activated(sum + c[row], sizes.p.z);
}

/// p: numbers. Each work group leaves one number.
@compute @workgroup_size(256)
fn products(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    let i = group_of(id) * WIDE + at;
    partial[at] = 0.0;
    if i < sizes.p.x {
        partial[at] = a[i] * b[i];
    }
    leave_sum(group_of(id), at);
}

/// The same without multiplying.
@compute @workgroup_size(256)
fn sums(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    let i = group_of(id) * WIDE + at;
    partial[at] = 0.0;
    if i < sizes.p.x {
        partial[at] = a[i];
    }
    leave_sum(group_of(id), at);
}

fn leave_sum(group: u32, at: u32) {
    for (var half = WIDE / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if at < half {
            partial[at] += partial[at + half];
        }
    }
    if at == 0u && group < sizes.grid.y {
        result[group] = partial[0];
    }
}

/// p: numbers. Each work group leaves the largest of its own.
@compute @workgroup_size(256)
fn largest(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    let group = group_of(id);
    let i = group * WIDE + at;
    // Beyond the end the first of the group stands in.
    partial[at] = a[min(i, sizes.p.x - 1u)];
    for (var half = WIDE / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if at < half {
            partial[at] = max(partial[at], partial[at + half]);
        }
    }
    if at == 0u && group < sizes.grid.y {
        result[group] = partial[0];
    }
}

/// p: numbers; b: the largest of them.
@compute @workgroup_size(256)
fn exponentials(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    let i = group_of(id) * WIDE + at;
    if i < sizes.p.x {
        result[i] = exp(a[i] - b[0]);
    }
}

/// p: numbers; b: their sum.
@compute @workgroup_size(256)
fn shares(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    let i = group_of(id) * WIDE + at;
    if i < sizes.p.x {
        result[i] = a[i] / b[0];
    }
}

/// p: rows and columns of the image a, of the kernel b; q: rows and columns of the part that is
/// wanted, and where it begins.
@compute @workgroup_size(256)
fn convolve(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    let i = group_of(id) * WIDE + at;
    if i >= sizes.q.x * sizes.q.y {
        return;
    }
    let row = i / sizes.q.y + sizes.q.z;
    let column = i % sizes.q.y + sizes.q.w;
    var sum = 0.0;
    for (var down = 0u; down < sizes.p.z && down <= row; down += 1u) {
        let y = row - down;
        if y >= sizes.p.x {
            continue;
        }
        for (var across = 0u; across < sizes.p.w && across <= column; across += 1u) {
            let x = column - across;
            if x < sizes.p.y {
                sum += b[down * sizes.p.w + across] * a[y * sizes.p.y + x];
            }
        }
    }
    result[i] = sum;
}
