using Microsoft.ML.OnnxRuntime;

namespace MedQA.Inference.Memory;

/// <summary>The memory of the device that computes the graph: caches live there and are copied there.</summary>
internal abstract class DeviceMemory : IDisposable
{
    /// <summary>What ONNX Runtime calls this memory.</summary>
    public abstract OrtMemoryInfo Info { get; }

    /// <summary>Whether it is the processor's.</summary>
    public abstract bool IsHost { get; }

    /// <summary>Takes memory; its content is undefined.</summary>
    public abstract IntPtr Allocate(long bytes);

    /// <summary>Gives memory back.</summary>
    public abstract void Free(IntPtr address);

    /// <summary>Copies blocks of equal length that lie at regular distances, all within this memory and without overlap.</summary>
    public abstract void Copy(BlockCopy copy);

    /// <summary>Copies blocks of the processor's memory into this memory, else as <see cref="Copy"/> does.</summary>
    public abstract void CopyFromHost(BlockCopy copy);

    /// <summary>Copies blocks of this memory into the processor's, else as <see cref="Copy"/> does.</summary>
    public abstract void CopyToHost(BlockCopy copy);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the memory itself holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>Blocks of memory to copy.</summary>
/// <param name="Source">The first block's address.</param>
/// <param name="SourceStride">Bytes from a source block to the next.</param>
/// <param name="Target">Where the first block goes.</param>
/// <param name="TargetStride">Bytes from a target block to the next.</param>
/// <param name="BlockBytes">Bytes of a block.</param>
/// <param name="Blocks">How many blocks.</param>
internal readonly record struct BlockCopy(IntPtr Source, long SourceStride, IntPtr Target, long TargetStride, long BlockBytes, int Blocks);
