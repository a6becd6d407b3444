using MedQA.Datasets.Reading;

namespace MedQA.Datasets.Tests.Reading;

public sealed class QuestionSetTallyTests
{
    [Fact]
    public async Task What_is_not_scored_or_not_used_is_said()
    {
        var tally = new QuestionSetTally();
        foreach (var row in await SetReadings.RowsAsync("question,a,b,answer,references\nQ?,x,y,A,\nQ?,x,y,,\nQ?,,,,Because.\n,x,y,A,\n"))
        {
            tally.Add(row);
        }

        Assert.Equal((3, 1, 1, 1, 2), (tally.Accepted, tally.Rejected, tally.WithoutGold, tally.FreeAnswers, tally.MaxOptions));
        Assert.Equal(
            [
                "1 of 3 questions do not say which option is right: they are answered, but not scored.",
                "1 of 3 questions have no options: their answers are free text for people to rate, and have no accuracy.",
                "1 of 4 rows cannot be used; each is listed with its line and reason.",
            ],
            tally.Notes());
    }

    [Fact]
    public async Task A_set_without_any_gold_answer_says_so_once()
    {
        var tally = new QuestionSetTally();
        foreach (var row in await SetReadings.RowsAsync("question,a,b\nQ?,x,y\nR?,x,y\n"))
        {
            tally.Add(row);
        }

        Assert.Equal(["No question says which option is right: the questions are answered, but not scored. Add a field `answer` to score them."], tally.Notes());
    }

    [Fact]
    public async Task Options_that_are_equal_fill_a_place_or_speak_of_others_are_said()
    {
        var tally = new QuestionSetTally();
        foreach (var row in await SetReadings.RowsAsync("question,a,b,c,d,answer\nQ?,x,y,z,All of the above,A\nR?,x,y,z,A and B,A\nS?,x,y,n/a,N/A,A\nT?,x,y,z,Hepatitis A and B,A\n"))
        {
            tally.Add(row);
        }

        Assert.Equal((4, 1, 1, 2), (tally.Accepted, tally.WithEqualOptions, tally.WithFillers, tally.WithReferences));
        Assert.Equal(3, tally.Notes().Count);
        Assert.Contains("choice-shuffle keeps these in place", tally.Notes()[2]);
    }

    [Fact]
    public async Task A_complete_set_needs_no_note()
    {
        var tally = new QuestionSetTally();
        tally.Add(Assert.Single(await SetReadings.RowsAsync("question,a,b,answer\nQ?,x,y,A\n")));

        Assert.Empty(tally.Notes());
    }
}
