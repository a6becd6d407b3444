using System.Runtime.InteropServices;
using MedQA.Inference.Sessions;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MedQA.Inference.Tests.Sessions;

public class NumberFormatTests
{
    [Theory]
    [InlineData(1f, 0x3F80)]
    [InlineData(-2.5f, 0xC020)]
    [InlineData(0f, 0x0000)]
    [InlineData(float.PositiveInfinity, 0x7F80)]
    [InlineData(1.00390625f, 0x3F80)] // Half way from 1 to the next: to the even one.
    [InlineData(1.01171875f, 0x3F82)] // Half way from there to the one after it: to the even one.
    [InlineData(1.00390637f, 0x3F81)] // A little more than half way.
    [InlineData(float.MaxValue, 0x7F80)]
    public void Numbers_become_the_nearest_bfloat16(float number, int expected)
    {
        var bits = MemoryMarshal.Read<ushort>(NumberFormat.Narrow(TensorElementType.BFloat16, [number]));

        Assert.Equal(expected, bits);
    }

    [Theory]
    [InlineData(TensorElementType.Float16)]
    [InlineData(TensorElementType.BFloat16)]
    public void Every_value_of_16_bits_stays_when_it_is_widened_and_narrowed_again(TensorElementType type)
    {
        const int Size = sizeof(ushort);
        var numbers = MemoryMarshal.AsBytes(Enumerable.Range(0, ushort.MaxValue + 1).Select(static bits => (ushort)bits).ToArray().AsSpan());
        var widened = new float[ushort.MaxValue + 1];
        NumberFormat.Widen(type, numbers, widened);
        var narrowed = NumberFormat.Narrow(type, widened);

        var again = new float[widened.Length];
        NumberFormat.Widen(type, narrowed, again);
        for (var index = 0; index < widened.Length; index++)
        {
            // Not a number stays none, whichever it is.
            Assert.Equal(widened[index], again[index]);
            if (!float.IsNaN(widened[index]))
            {
                Assert.True(numbers.Slice(index * Size, Size).SequenceEqual(narrowed.AsSpan(index * Size, Size)));
            }
        }
    }
}
