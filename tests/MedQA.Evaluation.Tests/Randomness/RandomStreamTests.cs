using System.Security.Cryptography;
using MedQA.Evaluation.Randomness;

namespace MedQA.Evaluation.Tests.Randomness;

public class RandomStreamTests
{
    [Fact]
    public void The_key_is_the_start_of_SHA256_over_length_prefixed_parts()
    {
        byte[] expectedInput =
        [
            6, 0, 0, 0, (byte)'s', (byte)'a', (byte)'m', (byte)'p', (byte)'l', (byte)'e',
            0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
            2, 0, 0, 0, (byte)'d', (byte)'s',
            3, 0, 0, 0, (byte)'q', 0xC3, 0xA9,
        ];

        Assert.Equal(BitConverter.ToUInt64(SHA256.HashData(expectedInput)), RandomStream.KeyOf("sample", -2, "ds", "qé"));
    }

    [Fact]
    public void Parts_that_read_the_same_when_joined_give_different_keys()
    {
        Assert.NotEqual(RandomStream.KeyOf("tie", 1, "ab", "c"), RandomStream.KeyOf("tie", 1, "a", "bc"));
        Assert.NotEqual(RandomStream.KeyOf("tie", 1, "ab", "c"), RandomStream.KeyOf("tie", 2, "ab", "c"));
        Assert.NotEqual(RandomStream.KeyOf("tie", 1, "ab", "c"), RandomStream.KeyOf("sample", 1, "ab", "c"));
    }

    [Fact]
    public void A_number_is_the_first_two_words_of_its_block_as_53_bits()
    {
        // Random123's first known answer: low word 6627e8d5, high word e169c58d.
        Assert.Equal((0xe169c58d_6627e8d5UL >> 11) / (double)(1UL << 53), new RandomStream(0).Uniform(0));
    }

    [Fact]
    public void Tokens_samples_and_stages_have_their_own_numbers()
    {
        var stream = RandomStream.For("sample", 1, "medqa", "1");

        var numbers = from token in Enumerable.Range(0, 10) from sample in Enumerable.Range(0, 10) from stage in Enumerable.Range(0, 10) select stream.Uniform(token, sample, stage);

        Assert.Equal(1000, numbers.Distinct().Count());
    }

    [Fact]
    public void Numbers_are_uniform()
    {
        const int Draws = 100_000;
        const int Bins = 100;
        var stream = RandomStream.For("sample", 1, "medqa", "1");
        var counts = new int[Bins];
        for (var draw = 0; draw < Draws; draw++)
        {
            counts[stream.Below(Bins, draw)]++;
        }

        var chiSquare = counts.Sum(static count => Math.Pow(count - (Draws / Bins), 2) / (Draws / Bins));

        // 99 degrees of freedom: the 0.0005 and 0.9995 quantiles are 57.4 and 154.6.
        Assert.InRange(chiSquare, 57, 155);
    }

    [Fact]
    public void A_negative_place_or_no_values_are_refused()
    {
        var stream = new RandomStream(1);

        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Uniform(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Uniform(0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Uniform(0, 0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Below(0, 0));
    }
}
