using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MedQA.Inference.Sessions;

/// <summary>The floating-point numbers that graphs take and give: float32, float16 and bfloat16, the upper half of a float32.</summary>
internal static class NumberFormat
{
    /// <summary>Whether the engine knows a type.</summary>
    public static bool IsKnown(TensorElementType type) =>
        type is TensorElementType.Float or TensorElementType.Float16 or TensorElementType.BFloat16;

    /// <summary>Returns the bytes of a number.</summary>
    public static int BytesOf(TensorElementType type) => type == TensorElementType.Float ? sizeof(float) : sizeof(ushort);

    /// <summary>Converts numbers to float32, which has all their values.</summary>
    /// <param name="type">The numbers' type.</param>
    /// <param name="numbers">Their bytes.</param>
    /// <param name="target">At least as many numbers.</param>
    public static void Widen(TensorElementType type, ReadOnlySpan<byte> numbers, Span<float> target)
    {
        switch (type)
        {
            case TensorElementType.Float16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(numbers), target);
                break;
            case TensorElementType.BFloat16:
                var halves = MemoryMarshal.Cast<byte, ushort>(numbers);
                for (var index = 0; index < halves.Length; index++)
                {
                    target[index] = BitConverter.UInt32BitsToSingle((uint)halves[index] << 16);
                }

                break;
            default:
                MemoryMarshal.Cast<byte, float>(numbers).CopyTo(target);
                break;
        }
    }

    /// <summary>Returns the bytes of numbers in a type, each rounded to the nearest of its values.</summary>
    public static byte[] Narrow(TensorElementType type, ReadOnlySpan<float> numbers)
    {
        var bytes = new byte[numbers.Length * BytesOf(type)];
        switch (type)
        {
            case TensorElementType.Float16:
                TensorPrimitives.ConvertToHalf(numbers, MemoryMarshal.Cast<byte, Half>(bytes.AsSpan()));
                break;
            case TensorElementType.BFloat16:
                var halves = MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan());
                for (var index = 0; index < halves.Length; index++)
                {
                    halves[index] = UpperHalf(numbers[index]);
                }

                break;
            default:
                MemoryMarshal.AsBytes(numbers).CopyTo(bytes);
                break;
        }

        return bytes;
    }

    // Rounds to the nearest, and to an even number where two are as near. What is no number stays none: rounding could make it infinite.
    private static ushort UpperHalf(float number)
    {
        var bits = BitConverter.SingleToUInt32Bits(number);
        return float.IsNaN(number) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
