using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MedQA.Inference.Sessions;

/// <summary>
/// What a pass adds to its attention scores, [tokens of the pass, cells after it]: 0 if a token sees a cell, and where it does
/// not a number so low that the cell's weight is exactly 0, yet finite.
/// </summary>
internal readonly ref struct AttentionBias
{
    private const float Hidden = -1e9f;

    // The range of float16 ends before that.
    private static readonly ushort HiddenFloat16 = BitConverter.HalfToUInt16Bits(Half.MinValue);
    private static readonly ushort HiddenBFloat16 =
        MemoryMarshal.Read<ushort>(NumberFormat.Narrow(TensorElementType.BFloat16, [Hidden]));

    private readonly Span<float> _singles;
    private readonly Span<ushort> _halves;
    private readonly ushort _hiddenHalf;
    private readonly int _cells;

    /// <summary>Over a buffer.</summary>
    /// <param name="buffer">The numbers' bytes.</param>
    /// <param name="cells">Cells after the pass.</param>
    /// <param name="type">The numbers' type.</param>
    public AttentionBias(Span<byte> buffer, int cells, TensorElementType type)
    {
        _cells = cells;
        if (type == TensorElementType.Float)
        {
            _singles = MemoryMarshal.Cast<byte, float>(buffer);
            return;
        }

        // Both have 16 bits, which are all 0 in the number 0.
        _halves = MemoryMarshal.Cast<byte, ushort>(buffer);
        _hiddenHalf = type == TensorElementType.Float16 ? HiddenFloat16 : HiddenBFloat16;
    }

    /// <summary>Makes some cells visible to a token.</summary>
    public void Show(int token, int start, int length)
    {
        var from = (token * _cells) + start;
        if (_halves.IsEmpty)
        {
            _singles.Slice(from, length).Clear();
        }
        else
        {
            _halves.Slice(from, length).Clear();
        }
    }

    /// <summary>Hides some cells from a token.</summary>
    public void Hide(int token, int start, int length)
    {
        var from = (token * _cells) + start;
        if (_halves.IsEmpty)
        {
            _singles.Slice(from, length).Fill(Hidden);
        }
        else
        {
            _halves.Slice(from, length).Fill(_hiddenHalf);
        }
    }

    /// <summary>Lets a token see, of the cells from a start on, those of one owner; hides the others.</summary>
    public void ShowWhere(int token, int start, ReadOnlySpan<int> owners, int owner)
    {
        var from = (token * _cells) + start;
        if (_halves.IsEmpty)
        {
            Write(_singles.Slice(from, owners.Length), owners, owner, Hidden);
        }
        else
        {
            Write(_halves.Slice(from, owners.Length), owners, owner, _hiddenHalf);
        }
    }

    private static void Write<T>(Span<T> target, ReadOnlySpan<int> owners, int owner, T hidden)
        where T : struct
    {
        for (var cell = 0; cell < owners.Length; cell++)
        {
            target[cell] = owners[cell] == owner ? default : hidden;
        }
    }
}
