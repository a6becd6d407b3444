using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MedQA.Inference.Memory;

/// <summary>An NVIDIA GPU's memory, taken from a session's own allocator, so that the session's memory limit covers it.</summary>
internal sealed class CudaMemory : DeviceMemory
{
    private readonly OrtAllocator _allocator;
    private readonly Dictionary<IntPtr, OrtMemoryAllocation> _allocations = [];

    /// <summary>The memory that a session uses on a GPU.</summary>
    public CudaMemory(InferenceSession session, int deviceId)
    {
        Info = new OrtMemoryInfo("Cuda", OrtAllocatorType.ArenaAllocator, deviceId, OrtMemType.Default);
        _allocator = new OrtAllocator(session, Info);
    }

    /// <inheritdoc/>
    public override OrtMemoryInfo Info { get; }

    /// <inheritdoc/>
    public override IntPtr Allocate(long bytes)
    {
        if (bytes > uint.MaxValue)
        {
            throw new InvalidOperationException(
                $"A cache of {bytes:N0} bytes is needed, but ONNX Runtime's allocator gives at most 4 GiB at a time: set MemoryBudget to "
                    + "4 GiB or less.");
        }

        var allocation = _allocator.Allocate((uint)bytes);
        var address = allocation.DangerousGetHandle();
        _allocations.Add(address, allocation);
        return address;
    }

    /// <inheritdoc/>
    public override void Free(IntPtr address)
    {
        if (_allocations.Remove(address, out var allocation))
        {
            allocation.Dispose();
        }
    }

    /// <inheritdoc/>
    public override void Copy(BlockCopy copy) => Copy(copy, Info);

    /// <inheritdoc/>
    public override void CopyFromHost(BlockCopy copy) => Copy(copy, OrtMemoryInfo.DefaultInstance);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var allocation in _allocations.Values)
            {
                allocation.Dispose();
            }

            _allocations.Clear();
            _allocator.Dispose();
            Info.Dispose();
        }

        base.Dispose(disposing);
    }

    private static OrtValue View(OrtMemoryInfo memory, IntPtr address, long bytes) =>
        OrtValue.CreateTensorValueWithData(memory, TensorElementType.UInt8, [bytes], address, bytes);

    private void Copy(BlockCopy copy, OrtMemoryInfo source)
    {
        var sources = new OrtValue[copy.Blocks];
        var targets = new OrtValue[copy.Blocks];
        try
        {
            for (var block = 0; block < copy.Blocks; block++)
            {
                sources[block] = View(source, copy.Source + (nint)(block * copy.SourceStride), copy.BlockBytes);
                targets[block] = View(Info, copy.Target + (nint)(block * copy.TargetStride), copy.BlockBytes);
            }

            OrtEnv.Instance().CopyTensors(sources, targets, null);
        }
        finally
        {
            foreach (var value in sources.Concat(targets))
            {
                value?.Dispose();
            }
        }
    }
}
