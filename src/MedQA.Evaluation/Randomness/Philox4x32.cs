namespace MedQA.Evaluation.Randomness;

/// <summary>
/// Philox4x32-10, the counter-based random number generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy
/// as 1, 2, 3" (SC 2011): a bijection of 128-bit counters for each 64-bit key. It has no state, so the number for a token of a
/// sample is the same wherever and whenever that token is drawn.
/// </summary>
internal static class Philox4x32
{
    private const uint FirstMultiplier = 0xD2511F53;
    private const uint SecondMultiplier = 0xCD9E8D57;
    private const uint FirstWeyl = 0x9E3779B9;
    private const uint SecondWeyl = 0xBB67AE85;
    private const int Rounds = 10;

    /// <summary>Returns the four 32-bit words that a key and a counter give. The low half of the key is its first word.</summary>
    public static (uint First, uint Second, uint Third, uint Fourth) Block(ulong key, uint first, uint second, uint third, uint fourth)
    {
        var (firstKey, secondKey) = ((uint)key, (uint)(key >> 32));
        for (var round = 0; round < Rounds; round++)
        {
            var left = (ulong)FirstMultiplier * first;
            var right = (ulong)SecondMultiplier * third;
            (first, second, third, fourth) = (
                (uint)(right >> 32) ^ second ^ firstKey,
                (uint)right,
                (uint)(left >> 32) ^ fourth ^ secondKey,
                (uint)left);
            firstKey += FirstWeyl;
            secondKey += SecondWeyl;
        }

        return (first, second, third, fourth);
    }
}
