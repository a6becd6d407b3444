using FsCheck;
using FsCheck.Xunit;
using MedQA.Evaluation.Statistics;
using static MedQA.Evaluation.Tests.Statistics.StatisticsReference;

namespace MedQA.Evaluation.Tests.Statistics;

public sealed class BetaStopTests
{
    [Fact]
    public void Probabilities_equal_those_of_scipy()
    {
        foreach (var row in Section("beta_stop").EnumerateArray())
        {
            Assert.Equal(row.Double("p_top_leads"), BetaStop.ProbabilityTopLeads(row.Integer("top"), row.Integer("second")), Tolerance);
        }
    }

    [Property]
    public bool The_two_sides_make_up_1(NonNegativeInt top, NonNegativeInt second) =>
        Math.Abs(BetaStop.ProbabilityTopLeads(top.Get, second.Get) + BetaStop.ProbabilityTopLeads(second.Get, top.Get) - 1) < 1e-12;

    [Property]
    public bool A_vote_more_for_the_leader_makes_it_safer(NonNegativeInt top, NonNegativeInt second) =>
        BetaStop.ProbabilityTopLeads(top.Get + 1, second.Get) > BetaStop.ProbabilityTopLeads(top.Get, second.Get) || top.Get > second.Get + 30;
}
