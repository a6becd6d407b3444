using System.Runtime.InteropServices;

namespace MedQA.Inference.Sessions;

/// <summary>
/// What a pass adds to its attention scores, [tokens of the pass, cells after it]: 0 if a token sees a cell, and where it does
/// not a number so low that the cell's weight is exactly 0, yet finite.
/// </summary>
internal readonly ref struct AttentionBias
{
    private const float Hidden = -1e9f;
    private static readonly Half HiddenHalf = Half.MinValue;

    private readonly Span<float> _singles;
    private readonly Span<Half> _halves;
    private readonly int _cells;

    /// <summary>Over a buffer.</summary>
    /// <param name="buffer">The numbers' bytes.</param>
    /// <param name="cells">Cells after the pass.</param>
    /// <param name="isHalf">Whether the numbers are float16, else float32.</param>
    public AttentionBias(Span<byte> buffer, int cells, bool isHalf)
    {
        _cells = cells;
        _singles = isHalf ? default : MemoryMarshal.Cast<byte, float>(buffer);
        _halves = isHalf ? MemoryMarshal.Cast<byte, Half>(buffer) : default;
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
            _halves.Slice(from, length).Fill(HiddenHalf);
        }
    }

    /// <summary>Lets a token see, of the cells from a start on, those of one owner; hides the others.</summary>
    public void ShowWhere(int token, int start, ReadOnlySpan<int> owners, int owner)
    {
        var from = (token * _cells) + start;
        if (_halves.IsEmpty)
        {
            Write(_singles.Slice(from, owners.Length), owners, owner, 0f, Hidden);
        }
        else
        {
            Write(_halves.Slice(from, owners.Length), owners, owner, default, HiddenHalf);
        }
    }

    private static void Write<T>(Span<T> target, ReadOnlySpan<int> owners, int owner, T shown, T hidden)
    {
        for (var cell = 0; cell < owners.Length; cell++)
        {
            target[cell] = owners[cell] == owner ? shown : hidden;
        }
    }
}
