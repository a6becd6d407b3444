using MedQA.Evaluation.Randomness;

namespace MedQA.Evaluation.Tests.Randomness;

public class Philox4x32Tests
{
    /// <summary>The known answers that Random123 publishes for philox4x32 with 10 rounds (kat_vectors).</summary>
    [Theory]
    [InlineData(0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8)]
    [InlineData(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd)]
    [InlineData(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1)]
    public void Gives_the_known_answers_of_Random123(
        uint counter0, uint counter1, uint counter2, uint counter3, uint key0, uint key1, uint word0, uint word1, uint word2, uint word3)
    {
        var block = Philox4x32.Block(((ulong)key1 << 32) | key0, counter0, counter1, counter2, counter3);

        Assert.Equal((word0, word1, word2, word3), block);
    }
}
