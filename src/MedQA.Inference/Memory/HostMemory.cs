using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace MedQA.Inference.Memory;

/// <summary>The processor's memory.</summary>
internal sealed unsafe class HostMemory : DeviceMemory
{
    private const int Alignment = 64;

    /// <inheritdoc/>
    public override OrtMemoryInfo Info => OrtMemoryInfo.DefaultInstance;

    /// <inheritdoc/>
    public override bool IsHost => true;

    /// <inheritdoc/>
    public override IntPtr Allocate(long bytes) => (IntPtr)NativeMemory.AlignedAlloc((nuint)bytes, Alignment);

    /// <inheritdoc/>
    public override void Free(IntPtr address) => NativeMemory.AlignedFree((void*)address);

    /// <inheritdoc/>
    public override void Copy(BlockCopy copy)
    {
        for (var block = 0; block < copy.Blocks; block++)
        {
            Buffer.MemoryCopy(
                (byte*)copy.Source + (block * copy.SourceStride),
                (byte*)copy.Target + (block * copy.TargetStride),
                copy.BlockBytes,
                copy.BlockBytes);
        }
    }

    /// <inheritdoc/>
    public override void CopyFromHost(BlockCopy copy) => Copy(copy);

    /// <inheritdoc/>
    public override void CopyToHost(BlockCopy copy) => Copy(copy);
}
