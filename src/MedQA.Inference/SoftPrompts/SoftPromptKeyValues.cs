using System.Collections.Immutable;

namespace MedQA.Inference.SoftPrompts;

/// <summary>
/// The keys (rotary already applied, at positions 0 to <see cref="Length"/> − 1) and values that the virtual tokens of a soft prompt leave
/// in a model's cache: what precedes every prompt asked with it.
/// </summary>
public sealed class SoftPromptKeyValues
{
    /// <summary>Takes over the numbers of all layers.</summary>
    /// <param name="length">Virtual tokens, at least 1.</param>
    /// <param name="keyValueHeads">Key/value heads, at least 1.</param>
    /// <param name="headSize">Numbers of a key or value of one head, at least 1.</param>
    /// <param name="tensors">Keys, then values of layer 0, keys of layer 1 …; each [key/value heads, length, head size], row-major.</param>
    /// <exception cref="ArgumentException">A tensor has another number of numbers, or they do not come in pairs.</exception>
    public SoftPromptKeyValues(int length, int keyValueHeads, int headSize, ImmutableArray<float[]> tensors)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(keyValueHeads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(headSize, 1);
        var numbers = (long)length * keyValueHeads * headSize;
        if (tensors.IsDefaultOrEmpty || tensors.Length % 2 != 0 || tensors.Any(tensor => tensor.Length != numbers))
        {
            throw new ArgumentException(
                $"Each layer needs keys and values of [{keyValueHeads}, {length}, {headSize}], which are {numbers} numbers.",
                nameof(tensors));
        }

        (Length, KeyValueHeads, HeadSize, Tensors) = (length, keyValueHeads, headSize, tensors);
    }

    /// <summary>Virtual tokens.</summary>
    public int Length { get; }

    /// <summary>Key/value heads.</summary>
    public int KeyValueHeads { get; }

    /// <summary>Numbers of a key or value of one head.</summary>
    public int HeadSize { get; }

    /// <summary>Decoder layers.</summary>
    public int Layers => Tensors.Length / 2;

    /// <summary>Keys, then values of layer 0, keys of layer 1 …; each [key/value heads, length, head size], row-major.</summary>
    public ImmutableArray<float[]> Tensors { get; }

    /// <summary>Returns the name of a tensor in a file: <c>past_key_values.0.key</c>.</summary>
    /// <param name="tensor">Its place in <see cref="Tensors"/>.</param>
    internal static string NameOf(int tensor) => $"past_key_values.{tensor / 2}.{(tensor % 2 == 0 ? "key" : "value")}";
}
