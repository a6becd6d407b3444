namespace MedQA.Datasets.Tests.Answers;

public sealed class AnswerNotationTests
{
    private const string Header = "question,option_a,option_b,option_c,answer\n";

    [Theory]
    [InlineData("1 2 3", "0 1 2")]
    [InlineData("1 1 3 2", "0 0 2 1")]
    [InlineData("0 1 2", "0 1 2")]
    [InlineData("2 1 0", "2 1 0")]
    [InlineData("2.0 3.0", "1 2")]
    [InlineData("B two A", "1 1 0")]
    [InlineData("-1 1 0", "- 1 0")]
    public async Task Notations_are_decided_over_the_file(string answers, string golds)
    {
        var text = Header + string.Concat(answers.Split(' ').Select(static answer => $"Q?,one,two,three,{answer}\n"));

        var questions = await SetReadings.QuestionsAsync(text);

        Assert.Equal(golds, string.Join(' ', questions.Select(static question => question.Gold?.ToString() ?? "-")));
    }

    [Theory]
    [InlineData("B. Retinol|A. Thiamine|C. Niacin", "A", null)]
    [InlineData("B) Retinol|A) Thiamine|C) Niacin", "b", null)]
    [InlineData("(B) Retinol|(C) Thiamine|(D) Niacin", "B", null)]
    [InlineData("2. Retinol|1. Thiamine|3. Niacin", "3", null)]
    [InlineData("B. Retinol|A. Thiamine|C. Niacin", "A. Thiamine", 1)]
    [InlineData("A. Retinol|B. Thiamine|C. Niacin", "B", 1)]
    [InlineData("1. Retinol|2. Thiamine|3. Niacin", "B", 1)]
    [InlineData("B. cereus|A. baumannii|C. difficile", "B", null)]
    [InlineData("B. cereus|A. baumannii|C. difficile", "A. baumannii", 1)]
    [InlineData("B. two|A. one|C. three", "B", null)]
    [InlineData("B - two|A - one|C - three", "A", null)]
    [InlineData("B. cereus|A. baumannii|E. coli", "B", 1)]
    [InlineData("A. one|B. two|C. three", "B", 1)]
    [InlineData("E. coli|S. aureus|K. pneumoniae", "B", 1)]
    [InlineData("1.5 mg|0.5 mg|2.5 mg", "C", 2)]
    public async Task A_place_is_no_answer_where_the_options_are_labelled_in_another_order(string options, string answer, int? gold)
    {
        var rows = await SetReadings.RowsAsync(Header + $"Q?,{options.Replace('|', ',')},{answer}\n", new QuestionSetOptions { AnswerNotation = answer == "3" ? AnswerNotation.FromOne : AnswerNotation.Detect });

        if (gold is null)
        {
            Assert.Contains("are labelled", Assert.IsType<RejectedRow>(Assert.Single(rows)).Reason, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal((gold, null), (Assert.Single(rows) as AcceptedRow is { } row ? row.Question.Gold : null, (rows[0] as RejectedRow)?.Reason));
        }
    }

    [Fact]
    public async Task Numbers_that_no_row_explains_are_refused_with_the_settings_name()
    {
        var fault = await SetReadings.RefusedAsync(Header + "Q?,x,y,z,B\nQ?,x,y,z,1\nQ?,x,y,z,2\n".Replace("Q?,x,y,z,B\n", "", StringComparison.Ordinal));

        Assert.Equal(
            "set.csv, line 2: answer '1' counts options, but no row of the file says whether from 0 or from 1 (none has a 0, none has its number of options); "
            + "set the answer notation (--answer-notation, over HTTP answerNotation) to fromZero or fromOne, or rename the field to answer_from_0 or answer_from_1.",
            fault.Message);
    }

    [Fact]
    public async Task Numbers_from_zero_and_from_one_in_one_file_are_refused_with_both_lines()
    {
        var fault = await SetReadings.RefusedAsync(Header + "Q?,x,y,z,1\nQ?,x,y,z,3\nQ?,x,y,z,0\n");

        Assert.Equal(
            "set.csv, line 2: field 'answer' counts options from 0 on line 4 and from 1 on line 3; set the answer notation (--answer-notation, over HTTP answerNotation) to fromZero or fromOne, or rename the field to answer_from_0 or answer_from_1.",
            fault.Message);
    }

    [Theory]
    [InlineData(AnswerNotation.FromOne, "0")]
    [InlineData(AnswerNotation.FromZero, "1")]
    public async Task The_setting_decides_what_the_file_does_not(AnswerNotation notation, string gold)
    {
        var question = Assert.Single(await SetReadings.QuestionsAsync(Header + "Q?,x,y,z,1\n", new QuestionSetOptions { AnswerNotation = notation }));

        Assert.Equal(gold, question.Gold.ToString());
    }

    [Fact]
    public async Task With_the_setting_the_rows_that_contradict_it_are_rejected()
    {
        var rows = await SetReadings.RowsAsync(Header + "Q?,x,y,z,1\nQ?,x,y,z,0\n", new QuestionSetOptions { AnswerNotation = AnswerNotation.FromOne });

        Assert.Equal(0, Assert.IsType<AcceptedRow>(rows[0]).Question.Gold);
        Assert.Equal("answer '0' is not one of the 3 options.", Assert.IsType<RejectedRow>(rows[1]).Reason);
    }

    [Theory]
    [InlineData("answer_from_0", 1)]
    [InlineData("answer_from_1", 0)]
    public async Task A_columns_name_can_say_from_where_it_counts(string column, int gold)
    {
        var question = Assert.Single(await SetReadings.QuestionsAsync($"question,option_a,option_b,option_c,{column}\nQ?,x,y,z,1\n"));

        Assert.Equal(gold, question.Gold);
    }

    [Fact]
    public async Task An_answers_text_settles_what_its_number_means()
    {
        var questions = await SetReadings.QuestionsAsync("question,options,answer,answer_idx\nQ?,x|y|z,y,1\nQ?,x|y|z,,1\nQ?,x|x|z,x,1\n");

        Assert.Equal([1, 1, 1], questions.Select(static question => question.Gold!.Value));
    }

    [Fact]
    public async Task Fields_that_disagree_reject_the_row()
    {
        var rejected = await SetReadings.RejectedAsync("question,options,answer,answer_idx\nQ?,x|y|z,y,C\n");

        Assert.Equal("answer 'y' and answer_idx 'C' name different options.", rejected.Reason);
    }

    [Fact]
    public async Task Blood_groups_are_letters_or_texts_as_the_other_rows_are()
    {
        const string Options = "question,options,answer\nQ?,A|B|AB|O,B\nWhich group gives to all?,O|A|B|AB,A\n";

        var letters = await SetReadings.QuestionsAsync(Options + "Other?,x|y|z,C\n");
        var texts = await SetReadings.QuestionsAsync(Options + "Other?,x|y|z,z\n");
        var fault = await SetReadings.RefusedAsync(Options);
        var both = await SetReadings.RowsAsync(Options + "Other?,x|y|z,z\nOther?,x|y|z,C\n");

        Assert.Equal([1, 0, 2], letters.Select(static question => question.Gold!.Value));
        Assert.Equal([1, 1, 2], texts.Select(static question => question.Gold!.Value));
        Assert.Equal("answer 'A' can be a letter or an option's text, and no row of the file says which; set the answer notation (--answer-notation, over HTTP answerNotation) to letter or text, or rename the field to answer_letter or answer_text.", fault.Sentence);
        Assert.Equal("answer 'A' can be a letter or an option's text: set the answer notation (--answer-notation, over HTTP answerNotation) to letter or text, or rename the field to answer_letter or answer_text.", Assert.IsType<RejectedRow>(both[1]).Reason);
    }

    [Fact]
    public async Task Options_that_are_numbers_are_told_from_places_by_the_other_rows()
    {
        var questions = await SetReadings.QuestionsAsync("question,options,answer\nQ?,1|2|3|4,3\nQ?,10|20|30|40,20\n");

        Assert.Equal([2, 1], questions.Select(static question => question.Gold!.Value));
    }
}
