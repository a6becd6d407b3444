namespace MedQA.Datasets.Tests.Lists;

public sealed class QuestionListTests
{
    [Fact]
    public async Task Each_line_is_a_question_with_a_free_answer()
    {
        var rows = await SetReadings.RowsAsync("How serious is a cold?\r\n\r\nWhat, then, helps?\nCan it; also, wait?", new QuestionSetOptions { FileName = "healthsearchqa.txt" });

        Assert.Equal(["row-00001|healthsearchqa|||How serious is a cold?||-|", "row-00002|healthsearchqa|||What, then, helps?||-|", "row-00003|healthsearchqa|||Can it; also, wait?||-|"], SetReadings.Questions(rows).Select(SetReadings.Outline));
        Assert.Equal([1, 3, 4], rows.Select(static row => row.Line));
    }

    [Fact]
    public async Task A_table_with_questions_as_its_only_column_is_one_too()
    {
        var questions = await SetReadings.QuestionsAsync("Question\nHow serious is a cold?\n\"What, then, helps?\"\n");

        Assert.Equal(["How serious is a cold?", "What, then, helps?"], questions.Select(static question => question.Text));
    }

    [Fact]
    public async Task Prose_is_no_list_of_questions()
    {
        var fault = await SetReadings.RefusedAsync("Dear team,\nwhat about the file?\nRegards\n");

        Assert.Equal("set.csv, line 1: no column is named question (or question_text, stem, query, q, text, prompt, problem); the columns are 'Dear team', (without a name).", fault.Message);
    }
}
