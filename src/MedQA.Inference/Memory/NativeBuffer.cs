using System.Runtime.InteropServices;

namespace MedQA.Inference.Memory;

/// <summary>Zeroed memory outside the managed heap: ONNX Runtime reads and writes it, and no garbage collection moves it.</summary>
internal sealed unsafe class NativeBuffer<T> : IDisposable
    where T : unmanaged
{
    private T* _start;

    /// <summary>Memory for a number of elements.</summary>
    public NativeBuffer(int length)
    {
        Length = length;
        _start = (T*)NativeMemory.AllocZeroed((nuint)length, (nuint)sizeof(T));
    }

    /// <summary>How many elements it has.</summary>
    public int Length { get; private set; }

    /// <summary>Its first element's address.</summary>
    public IntPtr Address => (IntPtr)_start;

    /// <summary>All its elements.</summary>
    public Span<T> Span => new(_start, Length);

    /// <summary>Makes room for at least a number of elements; what was there is lost when it has to grow.</summary>
    public void EnsureLength(int length)
    {
        if (length <= Length)
        {
            return;
        }

        // What grows a little at each step takes new memory only now and then.
        var grown = Math.Max(length, (int)Math.Min(Array.MaxLength, Length * 3L / 2));
        NativeMemory.Free(_start);
        _start = null;
        Length = 0;
        _start = (T*)NativeMemory.AllocZeroed((nuint)grown, (nuint)sizeof(T));
        Length = grown;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_start);
        _start = null;
        Length = 0;
    }
}
