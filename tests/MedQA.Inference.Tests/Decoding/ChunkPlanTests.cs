using FsCheck;
using FsCheck.Xunit;
using MedQA.Inference.Decoding;

namespace MedQA.Inference.Tests.Decoding;

public class ChunkPlanTests
{
    [Property]
    public bool Chunks_follow_each_other_are_short_enough_and_never_of_one_token(PositiveInt tokens, byte most)
    {
        var largest = Math.Max(2, (int)most);
        var chunks = ChunkPlan.Cut(tokens.Get, largest).ToList();
        var ends = chunks.Select(static chunk => chunk.Start + chunk.Length);

        return chunks.Sum(static chunk => chunk.Length) == tokens.Get
            && chunks.Select(static chunk => chunk.Start).SequenceEqual([0, .. ends.SkipLast(1)])
            && chunks.All(chunk => chunk.Length <= largest)
            && (tokens.Get == 1 || largest < 3 || chunks.All(static chunk => chunk.Length > 1));
    }
}
