using System.Buffers.Binary;
using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MedQA.Evaluation.Rating;

namespace MedQA.Evaluation.Tests.Rating;

public sealed class StudyAssignmentTests
{
    [Property(MaxTest = 60)]
    public Property Each_unit_goes_to_as_many_raters_as_asked_each_once_and_raters_get_equally_many() => Prop.ForAll(
        (from units in Gen.Choose(1, 80)
         from raters in Gen.Choose(1, 9)
         from each in Gen.Choose(1, raters)
         from pilot in Gen.Choose(0, 30)
         from seed in Gen.Choose(0, 1000)
         select (units, raters, each, pilot, seed)).ToArbitrary(), static sample =>
        {
            var (units, raters, each, pilot, seed) = sample;
            var queues = StudyAssignment.Assign([.. Enumerable.Range(0, units).Select(static unit => unit / 3)], raters, each, pilot,
                SecretOf(seed));
            var shared = Math.Min(pilot, units);
            Assert.All(queues, queue => Assert.Equal(queue.Length, queue.Select(static entry => entry.Unit).Distinct().Count()));
            Assert.All(queues, queue => Assert.Equal(shared, queue.TakeWhile(static entry => entry.IsPilot).Count()));
            Assert.Equal(queues.Length * shared, queues.Sum(static queue => queue.Count(static entry => entry.IsPilot)));
            var counts = queues.SelectMany(static queue => queue).GroupBy(static entry => entry.Unit).ToDictionary(static unit => unit.Key, static unit => (unit.Count(), unit.First().IsPilot));
            Assert.Equal(units, counts.Count);
            Assert.All(counts.Values, count => Assert.Equal(count.IsPilot ? raters : each, count.Item1));
            Assert.InRange(queues.Max(static queue => queue.Length) - queues.Min(static queue => queue.Length), 0, 1);
        });

    [Fact]
    public void The_same_secret_gives_the_same_another_gives_another_and_every_rater_has_an_order_of_its_own()
    {
        int[] questions = [.. Enumerable.Range(0, 30)];
        var queues = StudyAssignment.Assign(questions, 3, 3, 10, SecretOf(7));
        Assert.Equal(queues.SelectMany(static queue => queue),
            StudyAssignment.Assign(questions, 3, 3, 10, SecretOf(7)).SelectMany(static queue => queue));
        Assert.NotEqual(queues.SelectMany(static queue => queue),
            StudyAssignment.Assign(questions, 3, 3, 10, SecretOf(8)).SelectMany(static queue => queue));
        Assert.NotEqual(queues[0].AsEnumerable(), queues[1]);
        Assert.NotEqual(queues[0].Take(10), queues[1].Take(10));
    }

    [Fact]
    public void Each_source_stands_first_as_often_and_a_rater_and_a_pair_decide_for_themselves()
    {
        var sides = Enumerable.Range(0, 2000)
            .Select(static draw => StudyAssignment.Sides($"r{draw % 2}", draw / 2 * 2, (draw / 2 * 2) + 1, SecretOf(4))).ToList();
        Assert.All(sides.Index(), static side => Assert.Equal(side.Index / 2 * 4 + 1, side.Item.First + side.Item.Second));
        var first = sides.ConvertAll(static side => side.First < side.Second);
        Assert.InRange(first.Count(static first => first), 900, 1100);
        Assert.InRange(first.Chunk(2).Count(static raters => raters[0] == raters[1]), 440, 560);
        Assert.InRange(first.Chunk(2).Zip(first.Chunk(2).Skip(1)).Count(static pairs => pairs.First[0] == pairs.Second[0]), 440, 560);
        Assert.Equal(StudyAssignment.Sides("r1", 0, 1, SecretOf(4)),
            StudyAssignment.Sides("r1", 0, 1, new BlindingSecret(SecretOf(4).ToArray())));
    }

    [Fact]
    public void A_secret_is_128_bits_of_what_it_is_drawn_from_and_says_nothing_of_itself()
    {
        using var random = RandomNumberGenerator.Create();
        var secret = BlindingSecret.New(random);
        Assert.Equal(16, secret.ToArray().Length);
        Assert.NotEqual(secret.ToArray(), BlindingSecret.New(random).ToArray());
        Assert.Equal("A secret", secret.ToString());
        Assert.Throws<ArgumentException>(static () => new BlindingSecret(new byte[15]));
    }

    [Fact]
    public void A_rater_meets_a_question_twice_only_where_that_cannot_be_helped()
    {
        // 30 questions from 3 sources for 3 raters: each can have every question once.
        var queues = StudyAssignment.Assign([.. Enumerable.Range(0, 90).Select(static unit => unit / 3)], 3, 1, 0, SecretOf(5));
        Assert.All(queues, static queue => Assert.Equal(30, queue.Select(static entry => entry.Unit / 3).Distinct().Count()));
    }

    [Theory]
    [InlineData(9, 1, 25)]
    [InlineData(3, 3, 0)]
    [InlineData(2, 1, 10)]
    public void Two_answers_to_a_question_do_not_follow_each_other(int raters, int each, int pilot) => Assert.All(
        StudyAssignment.Assign([.. Enumerable.Range(0, 420).Select(static unit => unit / 3)], raters, each, pilot, SecretOf(11)),
        static queue => Assert.All(queue.Zip(queue.Skip(1)), static pair => Assert.NotEqual(pair.First.Unit / 3, pair.Second.Unit / 3)));

    [Fact]
    public void A_draw_takes_as_many_of_each_data_set_whatever_their_order_and_a_larger_one_has_the_smaller_in_it()
    {
        (string Dataset, string Id)[] questions = [.. Enumerable.Range(0, 60).Select(static number => (number % 3 == 0 ? "liveqa" : "healthsearchqa", $"q{number}"))];
        var drawn = Ids(questions, 5, 10);
        Assert.Equal(15, drawn.Count);
        Assert.Equal(5, drawn.Count(static question => question.Dataset == "liveqa"));
        Assert.Equal(drawn.Order(), Ids([.. questions.Reverse()], 5, 10).Order());
        Assert.Superset(drawn, Ids(questions, 8, 20));
        Assert.Equal(20, Ids(questions, 50, 0).Count);

        static HashSet<(string Dataset, string Id)> Ids((string Dataset, string Id)[] questions, int live, int search) =>
            [.. StudySampling.Draw(questions, [("liveqa", live), ("healthsearchqa", search)], 3).Select(place => questions[place])];
    }

    private static BlindingSecret SecretOf(int number)
    {
        Span<byte> bytes = stackalloc byte[BlindingSecret.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return new BlindingSecret(bytes);
    }
}
