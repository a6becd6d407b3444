using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MedQA.Inference.Memory;

/// <summary>An NVIDIA GPU's memory, taken from a session's own allocator, so that the session's memory limit covers it.</summary>
internal sealed class CudaMemory : DeviceMemory
{
    private const string Provider = "CUDAExecutionProvider";
    private const string Library = "onnxruntime_providers_cuda";
    private static readonly Lock Registering = new();

    private readonly OrtAllocator _allocator;
    private readonly Dictionary<IntPtr, OrtMemoryAllocation> _allocations = [];

    /// <summary>The memory that a session uses on a GPU.</summary>
    public CudaMemory(InferenceSession session, int deviceId)
    {
        Register();
        Info = new OrtMemoryInfo("Cuda", OrtAllocatorType.ArenaAllocator, deviceId, OrtMemType.Default);
        _allocator = new OrtAllocator(session, Info);
    }

    /// <inheritdoc/>
    public override OrtMemoryInfo Info { get; }

    /// <inheritdoc/>
    public override bool IsHost => false;

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
    public override void Copy(BlockCopy copy) => Copy(copy, Info, Info);

    /// <inheritdoc/>
    public override void CopyFromHost(BlockCopy copy) => Copy(copy, OrtMemoryInfo.DefaultInstance, Info);

    /// <inheritdoc/>
    public override void CopyToHost(BlockCopy copy) => Copy(copy, Info, OrtMemoryInfo.DefaultInstance);

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

    /// <summary>
    /// Lets ONNX Runtime copy outside of a pass: for that it knows only providers whose library is registered, and a session's provider
    /// is not. The session has loaded the library already, so it is where the process says.
    /// </summary>
    private static void Register()
    {
        lock (Registering)
        {
            if (OrtEnv.Instance().GetEpDevices().Any(static device => device.EpName == Provider))
            {
                return;
            }

            using var process = Process.GetCurrentProcess();
            var module = process.Modules.Cast<ProcessModule>()
                .FirstOrDefault(static module => module.ModuleName.Contains(Library, StringComparison.OrdinalIgnoreCase));
            if (module is not null)
            {
                OrtEnv.Instance().RegisterExecutionProviderLibrary(Provider, module.FileName);
            }
        }
    }

    private static void Copy(BlockCopy copy, OrtMemoryInfo source, OrtMemoryInfo target)
    {
        var sources = new OrtValue[copy.Blocks];
        var targets = new OrtValue[copy.Blocks];
        try
        {
            for (var block = 0; block < copy.Blocks; block++)
            {
                sources[block] = View(source, copy.Source + (nint)(block * copy.SourceStride), copy.BlockBytes);
                targets[block] = View(target, copy.Target + (nint)(block * copy.TargetStride), copy.BlockBytes);
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
