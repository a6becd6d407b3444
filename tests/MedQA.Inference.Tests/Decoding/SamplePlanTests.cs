using MedQA.Inference.Decoding;
using MedQA.Inference.Sessions;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MedQA.Inference.Tests.Decoding;

public class SamplePlanTests
{
    private const long WeightBytes = 99_000_000;
    private const long Plenty = 1L << 40;

    // As the default model.
    private static readonly DecoderLayout Layout = new()
    {
        Cache = CacheKind.Shared,
        CacheTensors = [.. Enumerable.Range(0, 60).Select(static index => new CacheNames($"past{index}", $"present{index}"))],
        CacheType = TensorElementType.Float,
        KeyValueHeads = 3,
        HeadSize = 64,
        AttentionNumbersPerCell = 30 * 9 * 64,
        HasMask = true,
        HasPositions = true,
        BiasType = TensorElementType.Float,
        HasLogitsToKeep = true,
        LogitsType = TensorElementType.Float,
        VocabularySize = 49_152,
        MostCells = 8192,
        CanPack = true,
    };

    [Fact]
    public void Samples_after_a_long_prompt_share_one_row()
    {
        var plan = SamplePlan.For(Layout, WeightBytes, canPack: true, promptLength: 1000, samples: 11, maxTokens: 96, Plenty);

        Assert.True(plan.IsPacked);
        Assert.Equal([11], plan.GroupSizes);
    }

    [Fact]
    public void A_packed_row_never_exceeds_the_rotary_table()
    {
        for (var maxTokens = 16; maxTokens <= 2048; maxTokens *= 2)
        {
            var plan = SamplePlan.For(Layout, WeightBytes, canPack: true, promptLength: 3000, samples: 41, maxTokens, Plenty);

            Assert.Equal(41, plan.GroupSizes.Sum());
            Assert.All(plan.GroupSizes, size => Assert.True(SamplePlan.CellsOf(plan.IsPacked, 3000, size, maxTokens) <= 8192));
        }
    }

    [Fact]
    public void Groups_are_as_equal_as_can_be()
    {
        var plan = SamplePlan.For(Layout, WeightBytes, canPack: true, promptLength: 3000, samples: 41, maxTokens: 512, Plenty);

        Assert.True(plan.GroupSizes.Max() - plan.GroupSizes.Min() <= 1);
    }

    [Fact]
    public void The_memory_budget_makes_groups_smaller()
    {
        // 46,080 bytes a cell: a row each of 1,095 cells is 50 MB.
        var plan = SamplePlan.For(Layout, WeightBytes, canPack: false, promptLength: 1000, samples: 11, maxTokens: 96, memoryBudget: 160_000_000);

        Assert.False(plan.IsPacked);
        Assert.All(plan.GroupSizes, static size => Assert.InRange(size, 1, 3));
    }

    [Fact]
    public void A_budget_for_less_than_one_sample_is_refused_by_name()
    {
        var exception = Assert.Throws<InvalidOperationException>(() => SamplePlan.For(Layout, WeightBytes, true, 1000, 11, 96, 1_000_000));

        Assert.Contains("MemoryBudget", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_samples_after_a_short_prompt_have_rows_of_their_own()
    {
        var plan = SamplePlan.For(Layout, WeightBytes, canPack: true, promptLength: 20, samples: 16, maxTokens: 450, Plenty);

        Assert.False(plan.IsPacked);
    }

    [Fact]
    public void A_graph_that_cannot_pack_has_rows()
    {
        Assert.False(SamplePlan.For(Layout, WeightBytes, canPack: false, 1000, 11, 96, Plenty).IsPacked);
    }
}
