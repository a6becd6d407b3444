using MedQA.Datasets.Answers;
using MedQA.Datasets.Tables;

namespace MedQA.Datasets.Tests.Samples;

public sealed class SampleTests
{
    [Fact]
    public async Task The_first_sample_has_twelve_short_questions_of_the_public_test_set()
    {
        var sample = SetReadings.Questions(await SetReadings.FileAsync(Repository.PathOf("samples", "medqa.csv")));

        Assert.Equal(12, sample.Count);
        Assert.All(sample, static question => Assert.Equal(("medqa_us_test_4opt", 4), (question.Dataset, question.Options.Length)));
        Assert.All(sample, static question => Assert.True(question.Text.Length + question.Options.Sum(static option => option.Length) < 400, question.Id));
        Assert.Equal([3, 3, 3, 3], sample.CountBy(static question => question.Gold!.Value).OrderBy(static count => count.Key).Select(static count => count.Value));
    }

    [Fact]
    public async Task The_first_samples_questions_stand_so_in_the_public_test_set()
    {
        var whole = SetReadings.Questions(await SetReadings.FileAsync(Repository.SharedPathOf("data", "csv", "medqa_us_test_4opt.csv"))).ToDictionary(static question => question.Id, SetReadings.Outline);

        var sample = SetReadings.Questions(await SetReadings.FileAsync(Repository.PathOf("samples", "medqa.csv")));

        Assert.All(sample, question => Assert.Equal(whole[question.Id], SetReadings.Outline(question)));
    }

    [Fact]
    public async Task The_second_sample_uses_every_kind_of_column()
    {
        var sample = SetReadings.Questions(await SetReadings.FileAsync(Repository.PathOf("samples", "headers.csv")));

        Assert.Equal(["vitamin-1 5 C", "vitamin-2 4 A", "pump 4 B", "units 4 C", "trial-1 3 A", "trial-2 3 C"], sample.Select(static question => $"{question.Id} {question.Options.Length} {(char)('A' + question.Gold!.Value)}"));
        Assert.Equal(["own_abstracts", "own_basics"], sample.Select(static question => question.Dataset).Distinct().Order());
        Assert.All(sample, static question => Assert.NotNull(question.Topic));
        Assert.Equal(2, sample.Count(static question => question.Context is not null));
    }

    [Fact]
    public void The_column_names_listed_for_people_are_those_accepted()
    {
        var listed = File.ReadLines(Repository.PathOf("samples", "README.md"))
            .SkipWhile(static line => line != "| part | column names |")
            .TakeWhile(static line => line.Length > 0)
            .Where(static line => line.StartsWith("| ", StringComparison.Ordinal) && line.Contains('`'))
            .Select(static line => line.Trim('|', ' ').Split(" | "))
            .ToDictionary(static row => row[0], static row => row[1].Split(", ").Select(static name => name.Trim('`')).ToArray());

        var accepted = new Dictionary<string, string[]>
        {
            ["question"] = HeaderNames.Question,
            ["question, where none of these is there"] = HeaderNames.PublishedQuestion,
            ["options in one field"] = HeaderNames.Options,
            ["id"] = HeaderNames.Id,
            ["dataset"] = HeaderNames.Dataset,
            ["topic"] = HeaderNames.Topic,
            ["context"] = HeaderNames.Context,
            ["answer in any notation"] = HeaderNames.Answer,
            ["answer as letter or number"] = HeaderNames.AnswerIndex,
            ["answer as letter"] = HeaderNames.AnswerLetter,
            ["answer as number from 0"] = HeaderNames.AnswerFromZero,
            ["answer as number from 1"] = HeaderNames.AnswerFromOne,
            ["answer as text"] = HeaderNames.AnswerText,
            ["answer, where none of these is there"] = HeaderNames.OtherAnswer,
            ["reference answers"] = HeaderNames.References,
            ["option by letter, from a"] = [.. HeaderNames.LetteredOption.Select(static family => family + "a")],
            ["option by number, from 0 or 1"] = [.. HeaderNames.NumberedOption.Select(static family => family + "1")],
        };
        Assert.Equal(accepted.Keys.Order(), listed.Keys.Order());
        Assert.All(accepted, part => Assert.Equal(part.Value, listed[part.Key]));
    }

    [Fact]
    public void Every_listed_name_is_recognized_in_any_case_and_spelling()
    {
        foreach (var (name, allowed) in HeaderNames.Gold.Concat(HeaderNames.OtherGold))
        {
            var columns = QuestionColumns.Recognize(["Question", "Option A", "OPTION-B", name.ToUpperInvariant().Replace('_', ' ')], out _);
            Assert.Equal((3, allowed), (columns!.Gold[0].Column, columns.Gold[0].Allowed));
        }

        foreach (var name in HeaderNames.Question.Concat(HeaderNames.PublishedQuestion))
        {
            Assert.Equal(2, QuestionColumns.Recognize(["A", "B", $" {name} "], out _)!.Question);
        }

        foreach (var family in HeaderNames.LetteredOption)
        {
            Assert.Equal([1, 2, 0], QuestionColumns.Recognize([family + "c", family + "a", family + "b", "question"], out _)!.Options);
        }

        foreach (var family in HeaderNames.NumberedOption)
        {
            Assert.Equal([1, 2, 0], QuestionColumns.Recognize([family + "3", family + "1", family + "2", "question"], out _)!.Options);
            Assert.Equal([1, 2, 0], QuestionColumns.Recognize([family + "2", family + "0", family + "1", "question"], out _)!.Options);
        }

        Assert.Equal(AnswerNotations.Any, QuestionColumns.Recognize(["question", "options", "answer"], out _)!.Gold[0].Allowed);
    }
}
