using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MedQA.Inference.Sampling;

/// <summary>
/// eˣ for x ≤ 0 in single precision with the same bits on every processor: only IEEE additions and multiplications in a fixed
/// order, none of them fused. Relative error below 2·10⁻⁷; below −87 the result is 0.
/// </summary>
internal static class Exponential
{
    private const float SmallestArgument = -87f;
    private const float Log2E = 1.44269504f;

    // ln 2 in two parts: the first has 9 significant bits, so that its product with an exponent is exact.
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;

    // Adding it rounds to the nearest integer, which is then in the low bits.
    private const float RoundingShift = 12582912f;

    /// <summary>eˣ of each lane; every lane must be at most 0 (or −∞).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> OfNonPositive(Vector512<float> x)
    {
        var inRange = Vector512.GreaterThanOrEqual(x, Vector512.Create(SmallestArgument));
        x = Vector512.ConditionalSelect(inRange, x, Vector512<float>.Zero);
        var shifted = (x * Vector512.Create(Log2E)) + Vector512.Create(RoundingShift);
        var exponent = shifted - Vector512.Create(RoundingShift);
        var rest = x - (exponent * Vector512.Create(Ln2High)) - (exponent * Vector512.Create(Ln2Low));

        // Minimax polynomial of Cephes' expf (S. Moshier) on |rest| ≤ ln 2 / 2.
        var polynomial = Vector512.Create(1.9875691500e-4f);
        polynomial = (polynomial * rest) + Vector512.Create(1.3981999507e-3f);
        polynomial = (polynomial * rest) + Vector512.Create(8.3334519073e-3f);
        polynomial = (polynomial * rest) + Vector512.Create(4.1665795894e-2f);
        polynomial = (polynomial * rest) + Vector512.Create(1.6666665459e-1f);
        polynomial = (polynomial * rest) + Vector512.Create(5.0000001201e-1f);
        polynomial = (polynomial * (rest * rest)) + rest + Vector512<float>.One;

        // 2^exponent: the integer is in the low bits of the shifted number.
        var power = Vector512.ShiftLeft(shifted.AsInt32() + Vector512.Create(127), 23).AsSingle();
        return Vector512.ConditionalSelect(inRange, polynomial * power, Vector512<float>.Zero);
    }
}
