using System.Collections.Immutable;

namespace MedQA.Inference.SoftPrompts;

/// <summary>A tensor of a safetensors file, as its header states it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its numbers as the header writes it: <c>F32</c>, <c>F16</c>, <c>BF16</c>, <c>I64</c> …</param>
/// <param name="Shape">Its dimensions, row-major; empty for a single number.</param>
/// <param name="Start">Where its bytes begin, from the end of the header.</param>
/// <param name="Bytes">How many bytes it has.</param>
internal sealed record SafetensorsTensor(string Name, string Type, ImmutableArray<long> Shape, long Start, long Bytes)
{
    /// <summary>How many numbers it has.</summary>
    public long Count => Shape.Aggregate(1L, static (product, dimension) => checked(product * dimension));

    /// <summary>The shape for people: <c>[3, 8, 64]</c>.</summary>
    public string ShapeText => $"[{string.Join(", ", Shape)}]";
}
