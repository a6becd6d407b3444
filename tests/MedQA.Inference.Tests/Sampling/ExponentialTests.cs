using System.Runtime.Intrinsics;
using MedQA.Inference.Sampling;

namespace MedQA.Inference.Tests.Sampling;

public class ExponentialTests
{
    [Fact]
    public void Is_exact_to_two_parts_in_ten_million()
    {
        var worst = 0.0;
        for (var x = -87f; x <= 0; x += 0.00037f)
        {
            var exact = Math.Exp(x);
            worst = Math.Max(worst, Math.Abs(Exponential.OfNonPositive(Vector512.Create(x))[3] - exact) / exact);
        }

        Assert.InRange(worst, 0, 2e-7);
    }

    [Fact]
    public void Is_1_at_0_and_0_far_below()
    {
        Assert.Equal(1f, Exponential.OfNonPositive(Vector512<float>.Zero)[0]);
        Assert.Equal(0f, Exponential.OfNonPositive(Vector512.Create(-100f))[0]);
        Assert.Equal(0f, Exponential.OfNonPositive(Vector512.Create(float.NegativeInfinity))[0]);
    }

    /// <summary>The same additions and multiplications one by one, as any processor does them: the bits must not depend on how wide its vectors are.</summary>
    [Fact]
    public void Has_the_bits_of_the_same_steps_in_scalars()
    {
        for (var x = -20f; x <= 0; x += 0.0113f)
        {
            Assert.Equal(BitConverter.SingleToInt32Bits(Scalar(x)), BitConverter.SingleToInt32Bits(Exponential.OfNonPositive(Vector512.Create(x))[7]));
        }
    }

    private static float Scalar(float x)
    {
        float Step(double value) => (float)value;

        var shifted = Step((double)Step((double)x * 1.44269504f) + 12582912f);
        var exponent = Step((double)shifted - 12582912f);
        var rest = Step((double)x - Step((double)exponent * 0.693359375f));
        rest = Step((double)rest - Step((double)exponent * -2.12194440e-4f));
        var polynomial = 1.9875691500e-4f;
        foreach (var coefficient in (float[])[1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f])
        {
            polynomial = Step((double)Step((double)polynomial * rest) + coefficient);
        }

        polynomial = Step((double)polynomial * Step((double)rest * rest));
        polynomial = Step((double)Step((double)polynomial + rest) + 1f);
        return Step((double)polynomial * BitConverter.Int32BitsToSingle(((int)exponent + 127) << 23));
    }
}
