using MedQA.Endpoints.Protocol;

namespace MedQA.Endpoints.Tests.Protocol;

public sealed class SampleSeedTests
{
    /// <summary>The expected values are those of Python: <c>struct.pack('&lt;Qii', …)</c>, hashlib, the low 31 bits.</summary>
    [Theory]
    [InlineData(0, 0, 0, 2131248951)]
    [InlineData(0, 0, 1, 1278810484)]
    [InlineData(0x0123_4567_89AB_CDEF, 0, 0, 1239396195)]
    [InlineData(0x0123_4567_89AB_CDEF, 2, 10, 579124427)]
    [InlineData(ulong.MaxValue, 0, 0, 1050330720)]
    public void Seeds_are_golden(ulong key, int stage, int index, int seed) => Assert.Equal(seed, SampleSeed.Of(key, stage, index));

    [Fact]
    public void Samples_and_stages_of_a_question_have_seeds_of_their_own()
    {
        var seeds = from stage in Enumerable.Range(0, 4) from index in Enumerable.Range(0, 100) select SampleSeed.Of(7, stage, index);
        Assert.Equal(400, seeds.Distinct().Count());
    }
}
