using System.Text;
using MedQA.Datasets.Reading;

namespace MedQA.Datasets.Tests.Csv;

public sealed class CsvQuestionSetTests
{
    [Theory]
    [InlineData("id,question,option_a,option_b,answer\nx1,Why?,yes,no,B\n")]
    [InlineData("ANSWER;Option B;option-a;Question Text;QID\r\nB;no;yes;Why?;x1\r\n")]
    [InlineData("opb\tstem\topa\tcop\tid\nno\tWhy?\tyes\t2\tx1\n", AnswerNotation.FromOne)]
    [InlineData("id,A,B,text,gold\rx1,yes,no,Why?,no\r")]
    [InlineData("id,question,options,answer\nx1,Why?,yes|no,b")]
    [InlineData("id,question,options,answer_idx\nx1,Why?,\"[\"\"yes\"\",\"\"no\"\"]\",(B)\n")]
    [InlineData("id,question,choices,answer\nx1,Why?,\"{\"\"B\"\":\"\"no\"\",\"\"A\"\":\"\"yes\"\"}\",B.\n")]
    [InlineData("id,question,options,answer\nx1,Why?,\"[{\"\"key\"\":\"\"A\"\",\"\"value\"\":\"\"yes\"\"},{\"\"key\"\":\"\"B\"\",\"\"value\"\":\"\"no\"\"}]\",B)\n")]
    [InlineData("id,question,ending0,ending1,label\nx1,Why?,yes,no,1.0\n", AnswerNotation.FromZero)]
    [InlineData("sep=;\r\nid;question;option 1;option 2;answer_from_1\r\nx1;Why?;yes;no;2\r\n")]
    [InlineData("\n\nother,id,question,option_a,option_b,answer,,\n,x1,Why?,yes,no,B,,\n,,,,,,,\n\n")]
    [InlineData("\"id\",\"question\",\"option_a\",\"option_b\",\"answer\"\n\"x1\",\"Why?\",\"yes\",\"no\",\"NO\"\n")]
    public async Task The_same_question_is_read_from_every_layout(string text, AnswerNotation notation = AnswerNotation.Detect)
    {
        var question = Assert.Single(await SetReadings.QuestionsAsync(text, new QuestionSetOptions { FileName = "set.csv", AnswerNotation = notation }));

        Assert.Equal("x1|set|||Why?|yes/no|B|", SetReadings.Outline(question));
    }

    [Fact]
    public async Task Every_part_of_a_question_is_read()
    {
        var questions = await SetReadings.QuestionsAsync("id,dataset,subject,abstract,question,option_a,option_b,option_c,answer\n1,d1,heart,\"Long, \"\"old\"\"\ntext\",Why?,x,y,,a\n1,d2,,,What?,x,y,z,\n");

        Assert.Equal(["1|d1|heart|Long, \"old\"\ntext|Why?|x/y|A|", "1|d2|||What?|x/y/z|-|"], questions.Select(SetReadings.Outline));
    }

    [Fact]
    public async Task Texts_keep_their_blanks_and_line_ends_and_ids_are_trimmed()
    {
        var question = Assert.Single(await SetReadings.QuestionsAsync("id,question,option_a,option_b,answer\r\n \"x\" ,\" Why?\r\n \", yes,no ,no\r\n"));

        Assert.Equal("\"x\"|set||| Why?\r\n | yes/no |B|", SetReadings.Outline(question));
    }

    [Theory]
    [InlineData("utf-8", true)]
    [InlineData("utf-8", false)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-32", true)]
    public async Task Every_encoding_with_a_mark_and_plain_utf8_is_read(string name, bool mark)
    {
        var encoding = Encoding.GetEncoding(name);
        byte[] bytes = [.. mark ? encoding.Preamble : [], .. encoding.GetBytes("question,option_a,option_b,answer\nWas heißt „Größe“ 😀?,µ,β,B\n")];

        var question = Assert.Single(SetReadings.Questions(await SetReadings.RowsAsync(bytes)));

        Assert.Equal("row-00001|set|||Was heißt „Größe“ 😀?|µ/β|B|", SetReadings.Outline(question));
    }

    [Fact]
    public async Task A_stream_that_cannot_seek_is_read_also_where_answers_need_the_whole_file()
    {
        await using var stream = new ForwardStream(Encoding.UTF8.GetBytes("question,option_a,option_b,answer\nOne?,x,y,1\nTwo?,x,y,2\n"));

        var questions = SetReadings.Questions(await SetReadings.RowsAsync(stream));

        Assert.Equal([0, 1], questions.Select(static question => question.Gold!.Value));
    }

    [Fact]
    public async Task A_stream_is_read_from_where_it_stands_and_left_open()
    {
        using var stream = new MemoryStream("junkquestion,option_a,option_b,answer\nOne?,x,y,1\nTwo?,x,y,2\n"u8.ToArray()) { Position = 4 };

        var questions = SetReadings.Questions(await SetReadings.RowsAsync(stream));

        Assert.Equal(["One?", "Two?"], questions.Select(static question => question.Text));
        Assert.True(stream.CanRead);
    }

    [Fact]
    public async Task Rows_are_given_before_the_end_is_read()
    {
        var text = "question,option_a,option_b,answer\n" + string.Concat(Enumerable.Repeat("Why?,x,y,A\n", 100_000));
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        await foreach (var row in QuestionSetReader.ReadAsync(stream, new QuestionSetOptions(), TestContext.Current.CancellationToken))
        {
            Assert.IsType<AcceptedRow>(row);
            break;
        }

        Assert.True(stream.Position < stream.Length / 2, $"{stream.Position} of {stream.Length} bytes were read for the first row.");
    }

    [Theory]
    [InlineData(",yes,no,A", "The row has no question.")]
    [InlineData("Why?,yes,,A", "The row has only 1 option; a question needs 2 to 26.")]
    [InlineData(
        "Why?,,,A", "The row has no options; a question needs 2 to 26. Where its answer 'A' is a free one, give it as reference_answers.")]
    [InlineData("Why?,,,", "The row has no options; a question needs 2 to 26.")]
    [InlineData("Why?,,no,A", "Option A is blank, though option B is not.")]
    [InlineData("Why?,yes,no,E", "answer 'E' is not one of the 2 options.")]
    [InlineData("Why?,yes,no,perhaps", "answer 'perhaps' is not one of the 2 options.")]
    [InlineData("Why?,yes,yes,yes", "answer 'yes' is the text of options A and B: name the right one by its letter.")]
    [InlineData("Why?,yes,no,A,more", "The row has 5 fields, the header 4: is a field with the separator in it not quoted?")]
    [InlineData("Why?,yes,no", "The row has only 3 of the 4 fields.")]
    [InlineData("\"Why\"?,yes,no,A", "Field 1 has text after its closing quote; double a quote inside a quoted field.")]
    [InlineData("Why?,\"yes,no,A", "Field 2 begins with a quote that is never closed, so it contains everything from here to the end of the file. Close it, or double a quote that belongs to the text.")]
    [InlineData("Wh\0y?,yes,no,A", "The question contains a NUL character.")]
    public async Task A_row_that_cannot_be_used_says_why(string row, string reason)
    {
        var rejected = await SetReadings.RejectedAsync($"question,option_a,option_b,answer\n{row}\n");

        Assert.Equal((2, null, reason), (rejected.Line, rejected.Id, rejected.Reason));
    }

    [Fact]
    public async Task Rejected_rows_have_the_line_on_which_they_start_and_the_others_are_read()
    {
        var rows = await SetReadings.RowsAsync(
            "id,question,option_a,option_b,answer\r\n1,\"Two\r\nlines\",x,y,A\r\n\r\n2,\"bad\" quote,x,y,A\r\n3,Ok?,x,y,B\r\n3,Ok?,x,y,A\r\n4,\"Three\n\nlines\",x,y,Q\n5,Fine?,x,y,x\n");

        Assert.Equal(
            ["2 1 A", "5 - Field 2 has text after its closing quote; double a quote inside a quoted field.", "6 3 B", "7 3 The id '3' is already that of line 6.", "8 4 answer 'Q' is not one of the 2 options.", "11 5 A"],
            rows.Select(static row => row switch
            {
                AcceptedRow accepted => $"{row.Line} {accepted.Question.Id} {(char)('A' + accepted.Question.Gold!.Value)}",
                RejectedRow rejected => $"{row.Line} {rejected.Id ?? "-"} {rejected.Reason}",
                _ => "",
            }));
    }

    [Fact]
    public async Task Equal_options_are_valid_where_the_answer_is_a_letter_or_another_option()
    {
        var questions = await SetReadings.QuestionsAsync("question,option_a,option_b,option_c,answer\nOne?,x,x,y,B\nTwo?,x,x,y,y\n");

        Assert.Equal([1, 2], questions.Select(static question => question.Gold!.Value));
    }

    [Fact]
    public async Task A_line_that_begins_with_a_number_sign_is_a_row()
    {
        var question = Assert.Single(await SetReadings.QuestionsAsync("question,option_a,option_b,answer\n#1 cause?,x,y,A\n"));

        Assert.Equal("#1 cause?", question.Text);
    }

    [Theory]
    [InlineData("Grün – „µ“ für 5 €?", 1252, true)]
    [InlineData("Größer als äußerst mäßig?", 1252, true)]
    [InlineData("« Été » : l’œdème créé à l’hôpital … où ?", 1252, true)]
    [InlineData("Почему так?", 1251, false)]
    [InlineData("血糖値を下げる薬はどれですか。", 932, false)]
    [InlineData("다음 중 혈당을 낮추는 약은?", 949, false)]
    [InlineData("下列何者可以降低血糖?", 950, false)]
    [InlineData("Ποιο φάρμακο μειώνει το σάκχαρο?", 1253, false)]
    [InlineData("为什么这样呢?", 936, false)]
    public async Task Western_text_without_utf8_is_read_with_a_note_and_other_text_rejects_its_rows_only(string text, int page, bool isRead)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(page)!;
        var tally = new QuestionSetTally();
        var rows = await SetReadings.RowsAsync(
            encoding.GetBytes($"question,option_a,option_b,answer\nPlain?,x,y,A\n{text},x,y,A\n"), new QuestionSetOptions { FileName = "set.csv", Noted = tally.Note });

        Assert.IsType<AcceptedRow>(rows[0]);
        if (isRead)
        {
            Assert.Equal(text, Assert.IsType<AcceptedRow>(rows[1]).Question.Text);
            Assert.Equal(["The file is not UTF-8; it is read as Windows-1252, as older spreadsheet programs write. Look at letters with accents, and save it as UTF-8 where they are wrong."], tally.Notes());
        }
        else
        {
            Assert.Equal("The question contains bytes that are not text in the file's encoding; save the file as UTF-8.", Assert.IsType<RejectedRow>(rows[1]).Reason);
            Assert.Empty(tally.Notes());
        }
    }

    [Fact]
    public async Task A_letter_at_the_very_end_of_a_file_tells_its_encoding_too()
    {
        var rows = await SetReadings.RowsAsync([.. "question,answer\nWhere?,Caf"u8, 0xE9]);

        Assert.Equal(["Café"], Assert.IsType<AcceptedRow>(Assert.Single(rows)).Question.ReferenceAnswers);
    }

    [Fact]
    public async Task Broken_utf8_is_not_taken_for_another_encoding()
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes("question,option_a,option_b,answer\nGrün?,x,y,A\nGr"), 0xFC, .. "n?,x,y,A\n"u8];

        var rows = await SetReadings.RowsAsync(bytes);

        Assert.Equal("Grün?", Assert.IsType<AcceptedRow>(rows[0]).Question.Text);
        Assert.IsType<RejectedRow>(rows[1]);
    }

    [Fact]
    public async Task Twenty_six_options_are_read_and_twenty_seven_are_rejected()
    {
        static string Set(int count) => $"question,options,answer\nWhich?,{string.Join('|', Enumerable.Range(1, count).Select(static n => $"option {n}"))},Z\n";

        Assert.Equal(25, Assert.Single(await SetReadings.QuestionsAsync(Set(26))).Gold);
        Assert.Equal("The row has 27 options; a question can have 26 at most.", (await SetReadings.RejectedAsync(Set(27))).Reason);
    }

    [Fact]
    public async Task Questions_without_options_have_free_answers_with_references()
    {
        var questions = await SetReadings.QuestionsAsync("question,answer\nHow is asthma treated?,With inhaled steroids.\nWhat is asthma?,\n");

        Assert.Equal(["row-00001|set|||How is asthma treated?||-|With inhaled steroids.", "row-00002|set|||What is asthma?||-|"], questions.Select(SetReadings.Outline));
    }

    [Theory]
    [InlineData("A")]
    [InlineData("3")]
    [InlineData("Option B")]
    [InlineData("AB")]
    [InlineData("ABCD")]
    [InlineData("ACE")]
    [InlineData("A and C")]
    [InlineData("\"b, d\"")]
    [InlineData("(B) Heparin")]
    [InlineData("b) heparin")]
    [InlineData("B. Heparin")]
    [InlineData("option_b")]
    public async Task A_place_as_answer_without_options_is_rejected(string answer)
    {
        var rejected = await SetReadings.RejectedAsync($"question,answer\nWhy?,{answer}\n");

        Assert.Equal(
            $"The row has no options; a question needs 2 to 26. Where its answer '{answer.Trim('"')}' is a free one, give it as reference_answers.",
            rejected.Reason);
    }

    [Theory]
    [InlineData("B – digoxin")]
    [InlineData("B, Digoxin")]
    [InlineData("Ans: B")]
    [InlineData("ans. (b)")]
    [InlineData("Letter B")]
    [InlineData("The correct answer is (B).")]
    [InlineData("\\boxed{B}")]
    [InlineData("Antwort B")]
    [InlineData("Respuesta: B")]
    [InlineData("答案：Ｂ")]
    [InlineData("choice_b")]
    [InlineData("OPTION B: Digoxin")]
    public async Task A_letter_with_words_and_marks_around_it_is_that_letter(string answer)
    {
        var question = Assert.Single(await SetReadings.QuestionsAsync($"question,option_a,option_b,answer\nWhich?,Heparin,Digoxin,\"{answer}\"\n"));

        Assert.Equal(1, question.Gold);
    }

    [Theory]
    [InlineData("B – Heparin")]
    [InlineData("B or A")]
    [InlineData("Letter")]
    [InlineData("Answer: none")]
    public async Task An_answer_that_contradicts_itself_or_names_no_option_is_rejected(string answer) =>
        await SetReadings.RejectedAsync($"question,option_a,option_b,answer\nWhich?,Heparin,Digoxin,\"{answer}\"\n");

    /// <summary>A stream that only goes forward, as an upload's body does.</summary>
    private sealed class ForwardStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }
    }
}
